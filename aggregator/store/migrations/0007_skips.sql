-- Frozen: a released migration is never edited; what changes later is a migration of its own.
-- stable_hash: of the last document that was read, but for comments and dates outside of its entries; '': none.
-- polls_same: polls answered with the bytes that were known; polls_restamped: with a document that differs from
-- the known one in nothing but those comments and dates.

alter table sources add column stable_hash text not null default '';
alter table sources add column polls_same integer not null default 0;
alter table sources add column polls_restamped integer not null default 0;
