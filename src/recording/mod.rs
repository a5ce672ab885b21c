//! What happened: an immutable recording and the questions it answers.
