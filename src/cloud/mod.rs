//! The simulated world: clock, randomness, ledger, front door, services.
