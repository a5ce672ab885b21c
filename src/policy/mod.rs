//! The IAM policy language: documents, conditions, variables, evaluation that explains itself.
