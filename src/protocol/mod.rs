//! What travels between actors: HTTP messages and codecs, JWT, SigV4. Knows no service.
