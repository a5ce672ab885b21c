//! IAM as its callers see it.
