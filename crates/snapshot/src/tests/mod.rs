//! Whole readings of small invented data sets: cut short, damaged, gone on with, sealed.

mod damage;
mod interrupted;
mod properties;
mod scene;
mod store;
mod writer;
