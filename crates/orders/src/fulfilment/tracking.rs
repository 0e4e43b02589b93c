//! Tracking: takes in what a carrier reports about a parcel until it has arrived.

use kernel::{Decide, Personal, SubjectId, Timestamp};
use uuid::Uuid;

use crate::Refusal;
use crate::order::{Order, OrderEvent, ParcelSeen, ParcelState};

/// No parcel has so many in all; what comes behind them is not taken, so that a carrier whose moments move does not tell
/// the same anew for ever.
const MOST_MILESTONES: usize = 50;

/// Says what a carrier answered: all of its milestones, the known ones among them.
#[derive(Debug, Clone)]
pub struct SeeParcel {
    pub parcel: Uuid,
    pub customer: SubjectId,
    pub state: ParcelState,
    pub milestones: Vec<(Timestamp, String)>,
}

impl Decide<SeeParcel> for Order {
    type Refusal = Refusal;

    /// An event for each new milestone, the last of which says what the parcel is now. Delivered is final; with the last
    /// parcel the order is, if carriers told of all of them.
    fn decide(&self, command: &SeeParcel, _now: Timestamp) -> Result<Vec<OrderEvent>, Refusal> {
        let Some(watched) = self.watched.iter().find(|watched| watched.parcel == command.parcel) else {
            return Ok(Vec::new());
        };
        let mut milestones = command.milestones.clone();
        milestones.sort_by_key(|(at, _)| *at);
        let mut known = watched.seen.clone();
        milestones.retain(|(at, _)| match known.iter().position(|seen| seen == at) {
            Some(n) => {
                known.swap_remove(n);
                false
            }
            None => true,
        });
        milestones.truncate(MOST_MILESTONES.saturating_sub(watched.seen.len()));
        let seen = |at, text| ParcelSeen { parcel: command.parcel, state: None, seen_at: at, text };
        let told = |text| Some(Personal::new(command.customer, text));
        let mut events: Vec<ParcelSeen> =
            milestones.into_iter().map(|(at, text)| seen(Some(at), told(text))).collect();
        let state = Some(command.state).filter(|state| *state != watched.state);
        if state.is_some() && events.is_empty() {
            events.push(seen(None, None));
        }
        if let Some(last) = events.last_mut() {
            last.state = state;
        }
        Ok(self.and_so(events.into_iter().map(OrderEvent::from).collect(), None))
    }
}

#[cfg(test)]
mod tests {
    use kernel::Aggregate;
    use kernel::aggregate::{Given, given};

    use super::*;
    use crate::order::ParcelSent;
    use crate::order::Shipped;
    use crate::order::place::tests::{NOW, two_lamps};
    use crate::status::Status;

    const PARCEL: Uuid = Uuid::from_u128(7);

    fn sent() -> Given<Order> {
        let placed = given::<Order>([]).when(&two_lamps(1000), NOW).unwrap();
        let parcel = ParcelSent {
            parcel: PARCEL,
            lines: vec![(1, 2)],
            carrier_id: Some(Uuid::from_u128(8)),
            label: None,
            counted: true,
        };
        given::<Order>(placed.into_iter().chain([parcel.into(), Shipped { reason: None }.into()]))
    }

    fn see(order: &mut Given<Order>, state: ParcelState, moments: &[i64]) -> Vec<Option<ParcelState>> {
        let milestones = moments.iter().map(|at| (Timestamp::from_micros(*at), format!("at {at}"))).collect();
        let customer = SubjectId(Uuid::nil());
        let events = order.when(&SeeParcel { parcel: PARCEL, customer, state, milestones }, NOW).unwrap();
        events.iter().for_each(|event| order.0.apply(event));
        let state = |event: &OrderEvent| match event {
            OrderEvent::ParcelSeen(seen) => Some(seen.state),
            _ => None,
        };
        events.iter().filter_map(state).collect()
    }

    #[test]
    fn a_milestone_is_told_once_whatever_order_they_come_in() {
        let mut order = sent();
        assert_eq!(see(&mut order, ParcelState::UnderWay, &[2, 1]), [None, Some(ParcelState::UnderWay)]);
        assert_eq!(see(&mut order, ParcelState::UnderWay, &[1, 2]), []);
        assert_eq!(see(&mut order, ParcelState::UnderWay, &[3, 2, 1]), [None]);
        assert_eq!(
            see(&mut order, ParcelState::UnderWay, &[3, 3, 2, 1]),
            [None],
            "two at one moment are two"
        );
    }

    #[test]
    fn a_state_is_told_without_a_milestone_too_and_delivered_is_final() {
        let mut order = sent();
        assert_eq!(see(&mut order, ParcelState::Announced, &[]), []);
        assert_eq!(see(&mut order, ParcelState::Lost, &[]), [Some(ParcelState::Lost)]);
        assert_eq!(see(&mut order, ParcelState::Delivered, &[5]), [Some(ParcelState::Delivered)]);
        assert_eq!(see(&mut order, ParcelState::Lost, &[5, 6]), []);
        assert!(order.0.watched.is_empty());
    }

    #[test]
    fn an_order_is_delivered_with_its_last_parcel_unless_a_part_went_without_a_trail() {
        let delivered = |trails: [bool; 2]| {
            let mut order = given::<Order>(given::<Order>([]).when(&two_lamps(1000), NOW).unwrap());
            order.0.status = Some(Status::Shipped);
            for (parcel, followed) in [Uuid::from_u128(1), Uuid::from_u128(2)].into_iter().zip(trails) {
                let carrier_id = followed.then_some(Uuid::from_u128(8));
                let sent = ParcelSent { parcel, lines: vec![(1, 1)], carrier_id, label: None, counted: true };
                order.0.apply(&sent.into());
            }
            let mut statuses = Vec::new();
            for parcel in [Uuid::from_u128(1), Uuid::from_u128(2)] {
                let (customer, state) = (SubjectId(Uuid::nil()), ParcelState::Delivered);
                let seen = SeeParcel { parcel, customer, state, milestones: Vec::new() };
                for event in order.when(&seen, NOW).unwrap() {
                    order.0.apply(&event);
                }
                statuses.push(order.0.status.unwrap());
            }
            statuses
        };
        assert_eq!(delivered([true, true]), [Status::Shipped, Status::Delivered]);
        assert_eq!(delivered([true, false]), [Status::Shipped, Status::Shipped]);
    }

    #[test]
    fn a_parcel_that_nobody_can_be_asked_about_is_not_watched() {
        let mut order = sent();
        order.0.watched.clear();
        let parcel =
            ParcelSent { parcel: PARCEL, lines: vec![(1, 1)], carrier_id: None, label: None, counted: true };
        order.0.apply(&parcel.into());
        assert!(order.0.watched.is_empty());
    }

    #[test]
    fn a_carrier_that_talks_without_end_is_not_heard_without_end() {
        let moments: Vec<i64> = (0..500).collect();
        assert_eq!(see(&mut sent(), ParcelState::UnderWay, &moments).len(), MOST_MILESTONES);
    }

    #[test]
    fn a_carrier_whose_moments_move_is_not_heard_anew_each_time_and_what_the_parcel_is_still_is() {
        let (mut order, mut told) = (sent(), 0);
        for poll in 0..20 {
            let moved: Vec<i64> = (0..8).map(|n| poll * 100 + n).collect();
            told += see(&mut order, ParcelState::UnderWay, &moved).len();
        }
        assert_eq!((told, order.0.watched[0].seen.len()), (MOST_MILESTONES, MOST_MILESTONES));
        assert_eq!(see(&mut order, ParcelState::Delivered, &[5000]), [Some(ParcelState::Delivered)]);
        assert!(order.0.watched.is_empty());
    }
}
