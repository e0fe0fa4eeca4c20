//! The data of a journal in memory. Every method checks all that can refuse before it changes anything.

use super::AuditLine;
use crate::{
    Change, Holder, JournalError, ListFilter, ModuleSettings, Opened, Opening, OutboxRow, Outgoing, PAGE_MAX,
    SettingsWrite, Stored, StoryLine, WAITERS_MAX, rules,
};
use domain::{
    CallerId, Fact, Kopecks, ModuleName, Operation, OperationId, StoreId, TerminalId, Timestamp, Waiter,
};
use std::collections::{BTreeMap, HashMap};

type Key = (StoreId, TerminalId, CallerId);
/// Module, store, register, shift and number, as in [`rules::ReceiptKey`].
type Receipt = (ModuleName, StoreId, TerminalId, i64, String);

#[derive(Default)]
pub(super) struct State {
    rows: BTreeMap<OperationId, Row>,
    keys: HashMap<Key, OperationId>,
    links: HashMap<(ModuleName, String), OperationId>,
    receipts: HashMap<Receipt, OperationId>,
    outbox: BTreeMap<i64, Outgoing>,
    last_outbox_row: i64,
    settings: HashMap<ModuleName, ModuleSettings>,
    revision: i64,
    audit: Vec<AuditLine>,
}

struct Row {
    operation: Operation,
    reserved: Kopecks,
    waiters: Vec<Waiter>,
    lease: Option<(Holder, Timestamp)>,
    story: Vec<StoryLine>,
    damaged: bool,
}

impl Row {
    fn stored(&self) -> Result<Stored, JournalError> {
        if self.damaged {
            return Err(JournalError::Damaged(format!(
                "operation {}: its data cannot be read",
                self.operation.id
            )));
        }
        let over = self.waiters.len().saturating_sub(WAITERS_MAX as usize);
        Ok(Stored {
            operation: self.operation.clone(),
            waiters: self.waiters.iter().skip(over).cloned().collect(),
            refund_reserved: self.reserved,
        })
    }

    fn add_waiter(&mut self, waiter: Waiter) {
        if !self.waiters.contains(&waiter) {
            self.waiters.push(waiter);
        }
    }

    fn left(&self) -> Kopecks {
        rules::paid(&self.operation)
            .checked_sub(self.reserved)
            .unwrap_or(Kopecks::ZERO)
    }

    fn tell(&mut self, facts: Vec<Fact>, at: Timestamp) {
        self.story
            .extend(facts.into_iter().map(|fact| StoryLine { at, fact }));
    }
}

fn key(operation: &Operation) -> Key {
    let request = &operation.request;
    (
        request.store.clone(),
        request.terminal.clone(),
        request.id.clone(),
    )
}

fn owned(key: rules::ReceiptKey<'_>) -> Receipt {
    (
        key.module.clone(),
        key.store.clone(),
        key.terminal.clone(),
        key.shift,
        key.number.to_owned(),
    )
}

impl State {
    pub(super) fn open(&mut self, opening: Opening) -> Result<Opened, JournalError> {
        if let Some(id) = self.keys.get(&key(&opening.operation)).copied() {
            return self.found(id, opening);
        }
        if let Some(refusal) = self.refusal(&opening.operation, None)? {
            return Ok(refusal);
        }
        self.insert(opening);
        Ok(Opened::New)
    }

    fn found(&mut self, id: OperationId, opening: Opening) -> Result<Opened, JournalError> {
        let Some(row) = self.rows.get_mut(&id) else {
            return Err(JournalError::Damaged(format!("operation {id}: it has no row")));
        };
        row.stored()?;
        if let Some(waiter) = opening.waiter
            && row.operation.request.same_content(&opening.operation.request)
        {
            row.add_waiter(waiter);
        }
        Ok(Opened::Existing(Box::new(row.stored()?)))
    }

    /// What forbids the insertion of a new operation. `payment` is the payment as the same change leaves it.
    fn refusal(
        &self,
        operation: &Operation,
        payment: Option<&Operation>,
    ) -> Result<Option<Opened>, JournalError> {
        if self.rows.contains_key(&operation.id) || self.keys.contains_key(&key(operation)) {
            return Err(JournalError::Stale {
                id: operation.id,
                expected: 0,
            });
        }
        if let Some((id, sum)) = rules::reserve(operation) {
            let reserved = self.rows.get(&id).map_or(Kopecks::ZERO, |row| row.reserved);
            let left = match payment.filter(|payment| payment.id == id) {
                Some(payment) => rules::paid(payment)
                    .checked_sub(reserved)
                    .unwrap_or(Kopecks::ZERO),
                None => self.rows.get(&id).map_or(Kopecks::ZERO, Row::left),
            };
            if sum > left {
                return Ok(Some(Opened::RefundExceeds { left }));
            }
        }
        let receipt = rules::claimed_receipt(operation).map(owned);
        if let Some(holder) = receipt.and_then(|receipt| self.receipts.get(&receipt)) {
            return Ok(Some(Opened::ReceiptHasPayment { holder: *holder }));
        }
        let holder = rules::claim(operation).and_then(|(module, link)| self.link_holder(module, &link));
        Ok(holder.map(|holder| Opened::Held { holder }))
    }

    fn insert(&mut self, opening: Opening) {
        let operation = opening.operation;
        if let Some((payment, sum)) = rules::reserve(&operation)
            && let Some(row) = self.rows.get_mut(&payment)
        {
            row.reserved = row.reserved.checked_add(sum).unwrap_or(Kopecks::MAX);
        }
        if let Some((module, link)) = rules::claim(&operation) {
            self.links
                .insert((module.clone(), link.into_owned()), operation.id);
        }
        if let Some(receipt) = rules::claimed_receipt(&operation) {
            self.receipts.insert(owned(receipt), operation.id);
        }
        self.keys.insert(key(&operation), operation.id);
        let mut row = Row {
            lease: (!rules::rests(&operation)).then_some((opening.holder, opening.lease_until)),
            operation,
            reserved: Kopecks::ZERO,
            waiters: opening.waiter.into_iter().collect(),
            story: Vec::new(),
            damaged: false,
        };
        row.tell(opening.facts, opening.now);
        self.rows.insert(row.operation.id, row);
        self.enqueue(opening.outgoing);
    }

    pub(super) fn commit(&mut self, change: Change) -> Result<(), JournalError> {
        let operation = &change.operation;
        let stale = JournalError::Stale {
            id: operation.id,
            expected: operation.version.saturating_sub(1),
        };
        let Some(row) = self.rows.get(&operation.id) else {
            return Err(stale);
        };
        let was_final = row.operation.state.is_final();
        let held = match row.lease {
            Some((holder, _)) => holder == change.holder,
            None => was_final && row.operation.due_at.is_none(),
        };
        let goes_back = was_final && row.operation.state != operation.state;
        if row.operation.version.checked_add(1) != Some(operation.version) || !held || goes_back {
            return Err(stale);
        }
        if rules::paid(operation) < row.reserved {
            return Err(JournalError::Damaged(format!(
                "operation {}: more is reserved for refunds than was paid",
                operation.id
            )));
        }
        if let Some(reversal) = &change.reversal
            && self.refusal(&reversal.operation, Some(operation))?.is_some()
        {
            return Err(JournalError::Damaged(format!(
                "operation {}: its reversal exceeds what is left of the payment",
                operation.id
            )));
        }
        if let Some(write) = &change.settings {
            self.known(write.module())?;
            let settings = self.settings.get(write.module());
            let rows = settings.map(|settings| settings.terminals.iter());
            if let Some((key, terminal)) = write.taken(change.distinct, rows.into_iter().flatten()) {
                return Err(JournalError::Taken { key, terminal });
            }
        }
        self.apply(change, was_final);
        Ok(())
    }

    fn apply(&mut self, change: Change, was_final: bool) {
        let operation = change.operation;
        if !was_final && operation.state.is_final() {
            self.give_back(&operation);
        }
        if let Some(row) = self.rows.get_mut(&operation.id) {
            row.lease = if rules::rests(&operation) {
                None
            } else {
                Some((change.holder, row.lease.map_or(change.now, |(_, until)| until)))
            };
            row.operation = operation;
            row.tell(change.facts, change.now);
        }
        self.enqueue(change.outgoing);
        if let Some(reversal) = change.reversal {
            self.insert(*reversal);
        }
        if let Some(write) = change.settings {
            self.put_setting(write, "daemon", change.now);
        }
    }

    /// Gives back what an operation held and holds no more, now that it has ended.
    fn give_back(&mut self, operation: &Operation) {
        if let Some((payment, sum)) = rules::released_reserve(operation)
            && let Some(row) = self.rows.get_mut(&payment)
        {
            row.reserved = row.reserved.checked_sub(sum).unwrap_or(Kopecks::ZERO);
        }
        if let Some((module, link)) = rules::held(operation) {
            let place = (module.clone(), link.into_owned());
            if self.links.get(&place) == Some(&operation.id) {
                self.links.remove(&place);
            }
        }
        if let Some(receipt) = rules::released_receipt(operation).map(owned)
            && self.receipts.get(&receipt) == Some(&operation.id)
        {
            self.receipts.remove(&receipt);
        }
    }

    pub(super) fn attach(&mut self, id: OperationId, waiter: Waiter) -> Result<(), JournalError> {
        let Some(row) = self.rows.get_mut(&id) else {
            return Err(JournalError::Damaged(format!(
                "operation {id}: it is not in the journal"
            )));
        };
        row.add_waiter(waiter);
        Ok(())
    }

    pub(super) fn enqueue(&mut self, outgoing: Vec<Outgoing>) {
        for one in outgoing {
            self.last_outbox_row += 1;
            self.outbox.insert(self.last_outbox_row, one);
        }
    }

    pub(super) fn get(&self, id: OperationId) -> Result<Option<Stored>, JournalError> {
        self.rows.get(&id).map(Row::stored).transpose()
    }

    pub(super) fn find(
        &self,
        store: &StoreId,
        terminal: &TerminalId,
        caller: &CallerId,
    ) -> Result<Option<Stored>, JournalError> {
        match self.keys.get(&(store.clone(), terminal.clone(), caller.clone())) {
            Some(id) => self.get(*id),
            None => Ok(None),
        }
    }

    pub(super) fn find_by_receipt(
        &self,
        store: &StoreId,
        number: &str,
        shift: Option<u32>,
        limit: u32,
    ) -> Result<Vec<Stored>, JournalError> {
        let wanted = |row: &&Row| {
            row.operation.request.store == *store
                && rules::receipt_of(&row.operation).is_some_and(|receipt| {
                    receipt.number.as_deref() == Some(number) && (shift.is_none() || receipt.shift == shift)
                })
        };
        let unattended = |row: &Row| {
            row.stored().map(|stored| Stored {
                waiters: Vec::new(),
                ..stored
            })
        };
        self.rows
            .values()
            .rev()
            .filter(wanted)
            .take(limit.clamp(1, PAGE_MAX) as usize)
            .map(unattended)
            .collect()
    }

    pub(super) fn story(&self, id: OperationId) -> Vec<StoryLine> {
        self.rows
            .get(&id)
            .map(|row| row.story.clone())
            .unwrap_or_default()
    }

    pub(super) fn list(&self, filter: &ListFilter) -> Result<Vec<Operation>, JournalError> {
        let wanted = |row: &&Row| {
            let operation = &row.operation;
            (!filter.open_only || !operation.state.is_final())
                && filter
                    .module
                    .as_ref()
                    .is_none_or(|module| *module == operation.request.module)
                && filter.before.is_none_or(|before| operation.id < before)
        };
        self.rows
            .values()
            .rev()
            .filter(wanted)
            .take(filter.limit.clamp(1, PAGE_MAX) as usize)
            .map(|row| row.stored().map(|stored| stored.operation))
            .collect()
    }

    pub(super) fn adopt(
        &mut self,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Vec<Stored> {
        let mut due: Vec<_> = self
            .rows
            .values()
            .filter(|row| !row.damaged && row.lease.is_none_or(|(_, until)| until < now))
            .filter_map(|row| Some((row.operation.due_at?, row.operation.id)))
            .collect();
        due.sort_unstable();
        due.truncate(limit.clamp(1, PAGE_MAX) as usize);
        let mut adopted = Vec::with_capacity(due.len());
        for (_, id) in due {
            if let Some(row) = self.rows.get_mut(&id) {
                row.lease = Some((holder, until));
                adopted.extend(row.stored().ok());
            }
        }
        adopted
    }

    pub(super) fn take(
        &mut self,
        id: OperationId,
        holder: Holder,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Stored>, JournalError> {
        let Some(row) = self.rows.get_mut(&id) else {
            return Ok(None);
        };
        if row
            .lease
            .is_some_and(|(other, lease_until)| other != holder && lease_until >= now)
        {
            return Ok(None);
        }
        row.lease = Some((holder, until));
        row.stored().map(Some)
    }

    pub(super) fn renew(&mut self, holder: Holder, until: Timestamp) -> u64 {
        let mut held = 0;
        for row in self.rows.values_mut() {
            if let Some(lease) = row.lease.as_mut().filter(|lease| lease.0 == holder) {
                lease.1 = until;
                held += 1;
            }
        }
        held
    }

    pub(super) fn release(&mut self, holder: Holder) {
        for row in self.rows.values_mut() {
            row.lease = row.lease.filter(|lease| lease.0 != holder);
        }
    }

    pub(super) fn clear_leases(&mut self) {
        for row in self.rows.values_mut() {
            row.lease = None;
        }
    }

    pub(super) fn outbox(&self, after: i64, limit: u32) -> Vec<OutboxRow> {
        let above = self.outbox.range(after.saturating_add(1)..);
        above
            .take(limit as usize)
            .map(|(row, outgoing)| OutboxRow {
                row: *row,
                outgoing: outgoing.clone(),
            })
            .collect()
    }

    pub(super) fn delivered(&mut self, rows: &[i64]) {
        for row in rows {
            self.outbox.remove(row);
        }
    }

    pub(super) fn ensure_module(&mut self, module: &ModuleName) {
        self.settings.entry(module.clone()).or_default();
    }

    pub(super) fn settings(&self, module: &ModuleName) -> Result<ModuleSettings, JournalError> {
        self.known(module)?;
        Ok(self.settings.get(module).cloned().unwrap_or_default())
    }

    pub(super) fn write_settings(
        &mut self,
        write: SettingsWrite,
        who: &str,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.known(write.module())?;
        self.put_setting(write, who, now);
        Ok(())
    }

    fn known(&self, module: &ModuleName) -> Result<(), JournalError> {
        if self.settings.contains_key(module) {
            return Ok(());
        }
        Err(JournalError::Damaged(format!(
            "the tables of module {module} are missing"
        )))
    }

    fn put_setting(&mut self, write: SettingsWrite, who: &str, now: Timestamp) {
        self.audit.push((now, who.to_owned(), write.audit_text()));
        self.revision += 1;
        let settings = self.settings.entry(write.module().clone()).or_default();
        match write {
            SettingsWrite::Merchant { id, value, .. } => put(&mut settings.merchants, id, value),
            SettingsWrite::Store { store, merchant, .. } => put(&mut settings.stores, store, merchant),
            SettingsWrite::Terminal { terminal, value, .. } => put(&mut settings.terminals, terminal, value),
        }
    }

    pub(super) const fn revision(&self) -> i64 {
        self.revision
    }

    pub(super) fn link_holder(&self, module: &ModuleName, link_id: &str) -> Option<OperationId> {
        self.links.get(&(module.clone(), link_id.to_owned())).copied()
    }

    pub(super) fn damage(&mut self, id: OperationId) {
        if let Some(row) = self.rows.get_mut(&id) {
            row.damaged = true;
        }
    }

    pub(super) fn audit(&self) -> Vec<AuditLine> {
        self.audit.clone()
    }
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => {
            map.insert(key, value);
        }
        None => {
            map.remove(&key);
        }
    }
}
