//! The European Union's register of VAT numbers, VIES, over its REST interface. It hands each question on to the country of
//! the number, and says when that does not answer.

use http::Request;
use kernel::boxed;
use outbound::{Outbound, Question};
use places::VatNumber;
use serde::{Deserialize, Serialize};

use crate::PartnerError;

pub struct Vies {
    pub outbound: Outbound,
    /// `https://ec.europa.eu/taxation_customs/vies/rest-api`, unless somebody stands in for it.
    pub address: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'a> {
    country_code: &'a str,
    vat_number: &'a str,
}

/// Whose business it is and where is told as well by some countries; it is not read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    valid: Option<bool>,
    #[serde(default)]
    error_wrappers: Vec<Wrapped>,
}

#[derive(Deserialize)]
struct Wrapped {
    error: String,
}

impl Vies {
    /// Whether the number is in use.
    #[boxed]
    pub async fn has(&self, number: &VatNumber) -> Result<bool, PartnerError> {
        let asked = Asked { country_code: &number.country, vat_number: &number.number };
        let body = serde_json::to_vec(&asked).expect("two texts have no failing serializers");
        let mut request = Request::post(format!("{}/check-vat-number", self.address.trim_end_matches('/')))
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(body)
            .map_err(|_| PartnerError::Unreadable("the register's address cannot be asked".into()))?;
        request.extensions_mut().insert(Question);
        let answer = self.outbound.send(request).await?;
        let status = answer.status().as_u16();
        // A country that does not answer is told with an error's status by some, and with 200 by others.
        match serde_json::from_slice(answer.body()) {
            Ok(Answered { valid: Some(valid), .. }) if status == 200 => Ok(valid),
            Ok(Answered { error_wrappers, .. }) if !error_wrappers.is_empty() => Err(PartnerError::Fault {
                code: error_wrappers.into_iter().next().map(|it| it.error).unwrap_or_default(),
                text: String::new(),
                ours: false,
            }),
            Ok(_) | Err(_) if status != 200 => Err(PartnerError::Status(status)),
            _ => Err(PartnerError::Unreadable("it is no answer of the register".into())),
        }
    }
}
