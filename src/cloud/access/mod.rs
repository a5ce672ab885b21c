//! The two questions every AWS service asks before it serves: who signed this
//! request, and may they do this.
