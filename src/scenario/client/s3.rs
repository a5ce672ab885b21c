//! S3 as an app calls it: the bucket in the host, the key in the path.

use http::Method;

use super::super::action::Value;
use super::super::template::Template;
use super::{Hands, StepError};
use crate::cloud::REGION;
use crate::protocol::form::{Form, percent_encode_path};
use crate::protocol::message::{self, Message};

impl Hands<'_> {
    pub(super) fn put_object(
        &mut self,
        bucket: &str,
        key: &Template,
        text: &Template,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let mut request = message::request(Method::PUT, &url(bucket, &self.fill(key)?))?;
        request.set_header("content-type", "text/plain")?;
        *request.body_mut() = self.fill(text)?.into_bytes();
        self.send_signed("s3", request, credentials)?;
        Ok(())
    }

    pub(super) fn get_object(
        &mut self,
        bucket: &str,
        key: &Template,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let request = message::get(&url(bucket, &self.fill(key)?))?;
        self.send_signed("s3", request, credentials)?;
        Ok(())
    }

    pub(super) fn list_objects(
        &mut self,
        bucket: &str,
        prefix: Option<&Template>,
        credentials: Option<&Value>,
    ) -> Result<(), StepError> {
        let prefix = prefix.map(|prefix| self.fill(prefix)).transpose()?;
        let query = Form::new()
            .with("list-type", "2")
            .with_optional("prefix", prefix.as_deref());
        let request = message::get(&query.append_to_url(&url(bucket, "")))?;
        self.send_signed("s3", request, credentials)?;
        Ok(())
    }
}

fn url(bucket: &str, key: &str) -> String {
    format!(
        "https://{bucket}.s3.{REGION}.amazonaws.com/{}",
        percent_encode_path(key)
    )
}
