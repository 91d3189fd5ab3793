//! Files in the making: what is written comes back, cut as promised, whole or not at all.

mod finding;
mod joining;
mod scene;
mod writing;
