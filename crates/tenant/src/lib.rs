//! A simulated Iru Endpoint tenant: a seeded fleet as the API's response bodies.
