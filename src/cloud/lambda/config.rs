//! How a world sets functions up, and what a function keeps.

use serde_json::{Map, Value, json};

use super::code::Code;
use crate::cloud::Cloud;
use crate::cloud::ledger::CredentialsValue;
use crate::policy::{NamedPolicy, Policy, PolicyKind};

/// The most statements of a function's policy. Lambda limits its bytes; this is far below.
const MAX_STATEMENTS: usize = 100;
/// The largest policy of a function, in bytes.
const MAX_POLICY_BYTES: usize = 20 * 1024;

/// A function.
#[derive(Clone, Debug)]
pub struct FunctionConfig {
    /// Its name
    pub name: String,
    /// The account that owns it
    pub account: String,
    /// What it does
    pub code: Code,
    /// The role it acts with
    pub role_arn: Option<String>,
    /// Who else may invoke it
    pub permissions: Vec<Permission>,
}

/// A statement of a function's policy, as `AddPermission` takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permission {
    /// Its name
    pub statement_id: String,
    /// `lambda:InvokeFunction`
    pub action: String,
    /// A service, an account or a principal's ARN
    pub principal: String,
    /// Only for this resource; `*` and `?` stand for anything
    pub source_arn: Option<String>,
    /// Only for resources of this account
    pub source_account: Option<String>,
}

impl Permission {
    /// Lets a service invoke the function for a resource of an account.
    pub fn for_service(id: &str, service: &str, source_arn: &str, account: &str) -> Self {
        Self {
            statement_id: id.to_owned(),
            action: "lambda:InvokeFunction".to_owned(),
            principal: service.to_owned(),
            source_arn: Some(source_arn.to_owned()),
            source_account: Some(account.to_owned()),
        }
    }

    /// The statement as it stands in the policy.
    pub(super) fn statement(&self, function_arn: &str) -> Value {
        let principal = match self.principal.as_str() {
            "*" => json!("*"),
            service if service.ends_with(".amazonaws.com") => json!({ "Service": service }),
            arn if arn.starts_with("arn:") => json!({ "AWS": arn }),
            account => json!({ "AWS": format!("arn:aws:iam::{account}:root") }),
        };
        let mut statement = Map::new();
        statement.insert("Sid".to_owned(), json!(self.statement_id));
        statement.insert("Effect".to_owned(), json!("Allow"));
        statement.insert("Principal".to_owned(), principal);
        statement.insert("Action".to_owned(), json!(self.action));
        statement.insert("Resource".to_owned(), json!(function_arn));
        let mut condition = Map::new();
        if let Some(account) = &self.source_account {
            let equals = json!({ "AWS:SourceAccount": account });
            condition.insert("StringEquals".to_owned(), equals);
        }
        if let Some(arn) = &self.source_arn {
            condition.insert("ArnLike".to_owned(), json!({ "AWS:SourceArn": arn }));
        }
        if !condition.is_empty() {
            statement.insert("Condition".to_owned(), Value::Object(condition));
        }
        Value::Object(statement)
    }
}

/// Why a function or a permission cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// AWS would not take this name
    #[error("a function's name has 1 to 64 letters, digits, hyphens and underscores: {0:?}")]
    Name(String),
    /// There is one of this name
    #[error("there is already a function {0}")]
    Exists(String),
    /// There is no such function
    #[error("there is no function {0}")]
    NoSuchFunction(String),
    /// The policy has such a statement
    #[error("the function's policy has already a statement {0}")]
    StatementExists(String),
    /// The policy would be no policy
    #[error("the function's policy would not be one: {0}")]
    Policy(String),
    /// The policy would be too long
    #[error(
        "a function's policy has at most {MAX_STATEMENTS} statements and {MAX_POLICY_BYTES} bytes"
    )]
    PolicyTooLong,
}

/// A function and what it keeps.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub name: String,
    pub arn: String,
    pub account: String,
    pub code: Code,
    pub role_arn: Option<String>,
    /// How often it ran
    pub invocations: u64,
    /// The credentials of its role, kept as long as they last
    pub credentials: Option<CredentialsValue>,
    statements: Vec<Value>,
    policy: Option<NamedPolicy>,
}

impl Function {
    /// Who else may invoke it.
    pub fn policy(&self) -> Option<&NamedPolicy> {
        self.policy.as_ref()
    }

    /// Adds a statement to its policy and returns it.
    pub fn permit(&mut self, permission: &Permission) -> Result<Value, SetupError> {
        let id = &permission.statement_id;
        let has = |one: &Value| one.get("Sid").and_then(Value::as_str) == Some(id);
        if self.statements.iter().any(has) {
            return Err(SetupError::StatementExists(id.clone()));
        }
        let statement = permission.statement(&self.arn);
        let mut statements = self.statements.clone();
        statements.push(statement.clone());
        self.allow(statements)?;
        Ok(statement)
    }

    /// Gives it a policy of exactly these statements; of none, no policy.
    fn allow(&mut self, statements: Vec<Value>) -> Result<(), SetupError> {
        let text = json!({
            "Version": "2012-10-17",
            "Id": "default",
            "Statement": statements,
        })
        .to_string();
        if statements.len() > MAX_STATEMENTS || text.len() > MAX_POLICY_BYTES {
            return Err(SetupError::PolicyTooLong);
        }
        self.policy = match statements.is_empty() {
            true => None,
            false => {
                let policy = Policy::parse(PolicyKind::Resource, &text)
                    .map_err(|error| SetupError::Policy(error.to_string()))?;
                let name = format!("{} resource policy", self.name);
                Some(NamedPolicy::new(name, policy))
            }
        };
        self.statements = statements;
        Ok(())
    }
}

/// Adds a function and returns its ARN.
pub fn add_function(cloud: &mut Cloud, config: FunctionConfig) -> Result<String, SetupError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !(1..=64).contains(&config.name.len()) || !config.name.chars().all(plain) {
        return Err(SetupError::Name(config.name));
    }
    let arn = super::arn(&config.account, &config.name);
    if cloud.lambda.functions.contains_key(&arn) {
        return Err(SetupError::Exists(arn));
    }
    let mut function = Function {
        name: config.name,
        arn: arn.clone(),
        account: config.account,
        code: config.code,
        role_arn: config.role_arn,
        invocations: 0,
        credentials: None,
        statements: Vec::new(),
        policy: None,
    };
    for permission in &config.permissions {
        function.permit(permission)?;
    }
    cloud.lambda.functions.insert(arn.clone(), function);
    Ok(arn)
}

/// Lets somebody else invoke a function.
pub fn add_permission(
    cloud: &mut Cloud,
    arn: &str,
    permission: &Permission,
) -> Result<(), SetupError> {
    let function = cloud.lambda.function_mut(arn);
    let function = function.ok_or_else(|| SetupError::NoSuchFunction(arn.to_owned()))?;
    function.permit(permission).map(|_| ())
}

/// Gives a function another policy, or none.
pub fn set_policy(cloud: &mut Cloud, arn: &str, json: Option<&str>) -> Result<(), SetupError> {
    let function = cloud.lambda.function_mut(arn);
    let function = function.ok_or_else(|| SetupError::NoSuchFunction(arn.to_owned()))?;
    let document = json.map_or(Ok(Value::Null), serde_json::from_str);
    let mut document = document.map_err(|error| SetupError::Policy(error.to_string()))?;
    let statements = match document.get_mut("Statement").map(Value::take) {
        None => Vec::new(),
        Some(Value::Array(statements)) => statements,
        Some(one) => vec![one],
    };
    function.allow(statements)
}
