//! Declaration to plan to run: reads pipelines, orders the steps, keeps the accounts.
