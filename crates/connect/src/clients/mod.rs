//! How partners are talked to: carriers and tax engines over REST, ERPs over SOAP.

pub mod carrier;
pub mod erp;
pub mod rest;
pub mod soap;
pub mod soap_security;
pub mod tax_engine;
pub mod xml;
