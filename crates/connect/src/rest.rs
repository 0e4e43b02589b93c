//! A carrier over REST, by the contract in the README.
//!
//! All of it may arrive twice: questions are `GET`, and a booking is a `PUT` under its reference.

use http::{Method, Request};
use outbound::Outbound;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::PartnerError;
use crate::carrier::{Asked, Booking, Carrier, Rate, Tracked, Trip};

pub struct RestCarrier {
    pub outbound: Outbound,
    pub address: String,
    pub key: String,
}

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
        Box::pin(async move { self.get::<Account>(&["account"], &[]).await.map(|_| ()) })
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
            let Rates { rates } = self.get(&["rates"], &asked).await?;
            let right =
                |rate: &Rate| (0..=1_000_000_000_000).contains(&rate.price) && rate.currency == trip.currency;
            match rates.iter().all(right) {
                true => Ok(rates),
                false => Err(PartnerError::Unreadable("a price is none, or in another currency".into())),
            }
        })
    }

    fn book<'a>(&'a self, booking: &'a Booking) -> Asked<'a, String> {
        Box::pin(async move {
            let address = self.address(&["shipments", &booking.reference], &[])?;
            let body = serde_json::to_vec(booking)
                .map_err(|_| PartnerError::Unreadable("the booking cannot be written".into()))?;
            let Booked { number } = self.ask(Method::PUT, &address, body).await?;
            Ok(number)
        })
    }

    fn track<'a>(&'a self, number: &'a str) -> Asked<'a, Tracked> {
        Box::pin(async move { self.get(&["shipments", number], &[]).await })
    }
}

impl RestCarrier {
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
        let request = Request::builder()
            .method(method)
            .uri(address.as_str())
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("x-api-key", &self.key)
            .body(body)
            .map_err(|_| PartnerError::Refused)?;
        let answer = self.outbound.send(request).await?;
        match answer.status().as_u16() {
            200 | 201 => serde_json::from_slice(answer.body())
                .map_err(|_| PartnerError::Unreadable("it is not the JSON that was agreed upon".into())),
            401 | 403 => Err(PartnerError::Refused),
            status => Err(PartnerError::Status(status)),
        }
    }
}
