-- Frozen: a released migration is never edited; what changes later is a migration of its own.
-- request_hash: how it is asked for (headers, proxy, interval). Validators are opaque and kept byte for byte.
-- next_check null: always due, or never read. held_until: a Retry-After, which nothing overrides.
-- moved_*: where permanent redirects lead, since when, and how many readings in a row.

alter table sources add column request_hash text not null default '';
alter table sources add column etag text;
alter table sources add column last_modified text;
alter table sources add column body_hash text not null default '';
alter table sources add column status integer;
alter table sources add column next_check integer;
alter table sources add column reason text not null default '';
alter table sources add column held_until integer;
alter table sources add column moved_to text;
alter table sources add column moved_since integer;
alter table sources add column moved_count integer not null default 0;
