//! Any HTTP request, so that nothing is out of a scenario's reach.

use std::collections::BTreeMap;

use super::super::action::Value;
use super::super::template::Template;
use super::{Hands, StepError};
use crate::protocol::message::{self, Message, MessageError};

/// A request as the file gives it.
pub(super) struct Raw<'a> {
    pub method: &'a str,
    pub url: &'a Template,
    pub headers: &'a BTreeMap<String, Template>,
    pub body: &'a Template,
}

impl Hands<'_> {
    pub(super) fn raw_request(
        &mut self,
        raw: &Raw<'_>,
        sign_for: Option<&str>,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let method = raw
            .method
            .parse()
            .map_err(|_| MessageError::Url(raw.method.to_owned()))?;
        let mut request = message::request(method, &self.fill(raw.url)?)?;
        for (name, value) in raw.headers {
            request.set_header(name, &self.fill(value)?)?;
        }
        *request.body_mut() = self.fill(raw.body)?.into_bytes();
        match sign_for {
            Some(service) => self.send_signed(service, request, credentials)?,
            None => self.send(request)?,
        };
        Ok(())
    }
}
