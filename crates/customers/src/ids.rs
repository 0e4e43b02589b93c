//! The ids of organisations, segments and customers.

use kernel::SubjectId;

kernel::ids! {
    OrganisationId;
    SegmentId;
    /// A customer. It is the id of their account, when they have one, and whose key seals what is known of them.
    CustomerId;
    /// An address in a customer's book.
    BookEntryId;
    /// Something that the shop wrote down of a customer.
    NoteId;
}

impl CustomerId {
    pub fn subject(self) -> SubjectId {
        SubjectId(self.uuid())
    }
}
