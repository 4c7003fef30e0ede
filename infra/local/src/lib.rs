//! Latchkey, the service.
