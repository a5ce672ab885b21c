//! Calls that carry an AWS signature, made with the credentials and the clock of the device.

use super::super::action::Value;
use super::{Hands, StepError};
use crate::cloud::REGION;
use crate::protocol::message::{Request, Response};
use crate::protocol::sigv4::{self, Credentials, SignOptions};

impl Hands<'_> {
    /// Signs a request for a service and sends it.
    pub(super) fn send_signed(
        &mut self,
        service: &str,
        request: Request,
        credentials: Option<&Value>,
    ) -> Result<Response, StepError> {
        let mut request = self.written(request)?;
        let held = self.credentials(credentials)?;
        let credentials = Credentials {
            access_key_id: held.access_key_id,
            secret_access_key: held.secret_access_key,
            session_token: held.session_token,
        };
        let now = self.cloud.clock_of(&self.device);
        sigv4::sign(
            &mut request,
            &credentials,
            REGION,
            service,
            now,
            SignOptions::default(),
        )?;
        Ok(self.transmit(request)?.response)
    }
}
