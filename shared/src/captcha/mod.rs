//! Captchas: what they say and what they look like.
/// s
pub mod picture {
    /// s
    #[must_use]
    pub fn draw(_text: &str) -> Vec<u8> {
        Vec::new()
    }
}
mod text;
pub use text::CaptchaText;
