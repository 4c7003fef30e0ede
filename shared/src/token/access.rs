//! Access tokens: short-lived JWTs in the header of a request.

use std::collections::HashSet;

use anyhow::{Context, anyhow};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jiff::Timestamp;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::name_of_secret;
use crate::account::{Account, AccountId};
use crate::random;
use crate::settings::{self, Algorithm};

/// The claims of an access token. Times are unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The stored username at issue.
    pub username: String,
    /// When it expires.
    pub exp: i64,
    /// When it was issued, or the token it was refreshed from in single-token mode.
    #[serde(rename = "origIat")]
    pub orig_iat: i64,
    /// Whose it is.
    pub sub: AccountId,
    /// When it was issued.
    pub iat: i64,
    /// Unique per token.
    #[serde(default)]
    pub jti: String,
    /// The session epoch of the account at issue.
    pub epoch: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<serde_json::Value>,
}

/// An access token and what it says.
#[derive(Clone)]
pub struct Issued {
    /// The encoded token.
    pub token: String,
    /// Its claims.
    pub claims: Claims,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// Not an access token of this service.
    Invalid,
    /// One, but too old.
    Expired,
}

/// Signs and checks access tokens.
pub struct AccessTokens {
    header: Header,
    signing: EncodingKey,
    checking: Vec<DecodingKey>,
    validation: Validation,
    settings: settings::AccessTokens,
}

impl AccessTokens {
    /// Reads the keys.
    ///
    /// # Errors
    /// When a key that the settings have accepted cannot be used after all.
    pub fn new(settings: &settings::AccessTokens) -> anyhow::Result<Self> {
        let algorithm = algorithm(settings.algorithm);
        let (kid, signing, checking) = if settings.algorithm.is_rsa() {
            rsa_keys(settings)?
        } else {
            hmac_keys(settings)
        };
        let mut header = Header::new(algorithm);
        header.kid = Some(kid);
        Ok(Self {
            header,
            signing,
            checking,
            validation: validation(algorithm, settings),
            settings: settings.clone(),
        })
    }

    /// Issues a token for an account as it is now. `orig_iat` is kept from an earlier token in
    /// single-token mode.
    ///
    /// # Errors
    /// When signing fails.
    pub fn issue(
        &self,
        account: &Account,
        now: Timestamp,
        orig_iat: Option<i64>,
    ) -> anyhow::Result<Issued> {
        let iat = now.as_second();
        let claims = Claims {
            username: account.profile.username.clone(),
            exp: iat + self.settings.lifetime.as_secs().cast_signed(),
            orig_iat: orig_iat.unwrap_or(iat),
            sub: account.id(),
            iat,
            jti: random::hex(),
            epoch: account.epoch,
            iss: self.settings.issuer.clone(),
            aud: self.settings.audience.clone().map(Into::into),
        };
        let token =
            encode(&self.header, &claims, &self.signing).context("signing an access token")?;
        Ok(Issued { token, claims })
    }

    /// Checks everything that a token tells by itself. Whether its account still stands by it is
    /// for the caller to see.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, Rejection> {
        let claims = self
            .checking
            .iter()
            .find_map(|key| decode::<Claims>(token, key, &self.validation).ok())
            .ok_or(Rejection::Invalid)?
            .claims;
        let leeway = self.settings.leeway.as_secs().cast_signed();
        if now.as_second() >= claims.exp.saturating_add(leeway) {
            return Err(Rejection::Expired);
        }
        Ok(claims)
    }
}

fn algorithm(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
        Algorithm::Hs384 => jsonwebtoken::Algorithm::HS384,
        Algorithm::Hs512 => jsonwebtoken::Algorithm::HS512,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Rs384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::Rs512 => jsonwebtoken::Algorithm::RS512,
    }
}

/// `exp` is compared by us, with the injected clock.
fn validation(algorithm: jsonwebtoken::Algorithm, settings: &settings::AccessTokens) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.leeway = 0;
    let mut required = HashSet::new();
    if let Some(issuer) = &settings.issuer {
        validation.set_issuer(&[issuer]);
        required.insert("iss".to_owned());
    }
    validation.validate_aud = settings.audience.is_some();
    if let Some(audience) = &settings.audience {
        validation.set_audience(&[audience]);
        required.insert("aud".to_owned());
    }
    validation.required_spec_claims = required;
    validation
}

type KeysOfOneKind = (String, EncodingKey, Vec<DecodingKey>);

fn hmac_keys(settings: &settings::AccessTokens) -> KeysOfOneKind {
    let secrets = [Some(&settings.secret), settings.previous_secret.as_ref()];
    let checking = secrets
        .into_iter()
        .flatten()
        .map(|secret| DecodingKey::from_secret(secret.expose().as_bytes()))
        .collect();
    let signing = EncodingKey::from_secret(settings.secret.expose().as_bytes());
    (name_of_secret(&settings.secret), signing, checking)
}

fn rsa_keys(settings: &settings::AccessTokens) -> anyhow::Result<KeysOfOneKind> {
    let pem = settings
        .private_key
        .as_ref()
        .context("RS* without a private key")?
        .expose();
    let private = private_key(pem).ok_or_else(|| anyhow!("the private key is not an RSA key"))?;
    let public = RsaPublicKey::from(&private);
    let kid = HEXLOWER.encode(&Sha256::digest(public.n().to_bytes_be())[..4]);
    let previous = settings
        .previous_public_key
        .as_ref()
        .and_then(|pem| public_key(pem.expose()));
    let checking = std::iter::once(&public)
        .chain(&previous)
        .map(decoding_key)
        .collect();
    let signing = EncodingKey::from_rsa_pem(pem.as_bytes()).context("reading the private key")?;
    Ok((kid, signing, checking))
}

fn decoding_key(key: &RsaPublicKey) -> DecodingKey {
    let modulus = BASE64URL_NOPAD.encode(&key.n().to_bytes_be());
    let exponent = BASE64URL_NOPAD.encode(&key.e().to_bytes_be());
    DecodingKey::from_rsa_components(&modulus, &exponent)
        .expect("what was just encoded can be decoded")
}

fn private_key(pem: &str) -> Option<RsaPrivateKey> {
    RsaPrivateKey::from_pkcs8_pem(pem)
        .or_else(|_| RsaPrivateKey::from_pkcs1_pem(pem))
        .ok()
}

fn public_key(pem: &str) -> Option<RsaPublicKey> {
    RsaPublicKey::from_public_key_pem(pem)
        .or_else(|_| RsaPublicKey::from_pkcs1_pem(pem).map_err(rsa::pkcs8::spki::Error::from))
        .ok()
}

/// Whether a PEM holds an RSA private key of at least 2048 bits (PKCS#8 or PKCS#1).
#[must_use]
pub fn is_private_key(pem: &str) -> bool {
    private_key(pem).is_some_and(|key| key.size() >= 256)
}

/// Whether a PEM holds an RSA public key of at least 2048 bits (SPKI or PKCS#1).
#[must_use]
pub fn is_public_key(pem: &str) -> bool {
    public_key(pem).is_some_and(|key| key.size() >= 256)
}
