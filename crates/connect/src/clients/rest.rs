//! Partners over REST: a key in a header, JSON both ways. A carrier speaks the contract in the README.
//!
//! All of it may arrive twice: questions change nothing, and a booking is a `PUT` under its reference.

use http::{Method, Request};
use kernel::boxed;
use outbound::{Outbound, Question};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::PartnerError;
use crate::clients::carrier::{Asked, Booking, Carrier, Rate, Tracked, Trip};

/// Where a partner answers, and how it knows us.
pub struct Rest {
    pub outbound: Outbound,
    pub address: String,
    pub key: String,
}

pub struct RestCarrier(pub Rest);

/// In letters; answers are remembered.
const LONGEST_SERVICE: usize = 200;

#[derive(Deserialize)]
struct Rates {
    rates: Vec<Rate>,
}

#[derive(Deserialize)]
struct Booked {
    number: String,
}

#[derive(Deserialize)]
struct Account {}

impl Carrier for RestCarrier {
    fn check(&self) -> Asked<'_, ()> {
        Box::pin(self.0.check())
    }

    fn rates<'a>(&'a self, trip: &'a Trip) -> Asked<'a, Vec<Rate>> {
        Box::pin(async move {
            let (weight, worth) = (trip.weight_grams.to_string(), trip.worth.to_string());
            let asked = [
                ("weight_grams", weight.as_str()),
                ("worth", &worth),
                ("currency", &trip.currency),
                ("from_country", &trip.from_country),
                ("from_postal_code", &trip.from_postal_code),
                ("to_country", &trip.to_country),
                ("to_postal_code", &trip.to_postal_code),
            ];
            let Rates { rates } = self.0.get(&["rates"], &asked).await?;
            let right = |rate: &Rate| {
                let named = kernel::within(&rate.service, 0, LONGEST_SERVICE);
                named && (0..=1_000_000_000_000).contains(&rate.price) && rate.currency == trip.currency
            };
            match rates.iter().all(right) {
                true => Ok(rates),
                false => Err(PartnerError::Unreadable(
                    "a price is none, or in another currency, or for no service".into(),
                )),
            }
        })
    }

    fn book<'a>(&'a self, booking: &'a Booking) -> Asked<'a, String> {
        Box::pin(async move {
            let address = self.0.address(&["shipments", &booking.reference], &[])?;
            let Booked { number } = self.0.ask(Method::PUT, &address, written(booking)?).await?;
            Ok(number)
        })
    }

    fn track<'a>(&'a self, number: &'a str) -> Asked<'a, Tracked> {
        Box::pin(async move { self.0.get(&["shipments", number], &[]).await })
    }
}

impl Rest {
    /// Whether it answers, and takes our key.
    #[boxed]
    pub async fn check(&self) -> Result<(), PartnerError> {
        self.get::<Account>(&["account"], &[]).await.map(|_| ())
    }

    /// Asks something that is too long for a query. It changes nothing there.
    pub async fn question<T: DeserializeOwned>(
        &self,
        path: &[&str],
        question: &impl Serialize,
    ) -> Result<T, PartnerError> {
        let address = self.address(path, &[])?;
        self.ask(Method::POST, &address, written(question)?).await
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, PartnerError> {
        let address = self.address(path, query)?;
        self.ask(Method::GET, &address, Vec::new()).await
    }

    /// What somebody typed into a path or a query stays within it.
    fn address(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, PartnerError> {
        let mut url = self.outbound.check(&self.address)?;
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        address: &Url,
        body: Vec<u8>,
    ) -> Result<T, PartnerError> {
        let question = method == Method::POST;
        let mut request = Request::builder()
            .method(method)
            .uri(address.as_str())
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("x-api-key", &self.key)
            .body(body)
            .map_err(|_| PartnerError::Refused)?;
        if question {
            request.extensions_mut().insert(Question);
        }
        let answer = self.outbound.send(request).await?;
        match answer.status().as_u16() {
            200 | 201 => serde_json::from_slice(answer.body())
                .map_err(|_| PartnerError::Unreadable("it is not the JSON that was agreed upon".into())),
            401 | 403 => Err(PartnerError::Refused),
            status => Err(PartnerError::Status(status)),
        }
    }
}

fn written(value: &impl Serialize) -> Result<Vec<u8>, PartnerError> {
    serde_json::to_vec(value).map_err(|_| PartnerError::Unreadable("what we ask cannot be written".into()))
}
