-- Frozen: a released migration is never edited; what changes later is a migration of its own.
-- outdated.whole: every page of the output is to be written again, not only where something was touched.
-- touched: items that came to an output, left it or changed in it since it was last written, and where they
-- are or were (members.sort).

alter table outdated add column whole integer not null default 1;

create table touched (
  output_id integer not null references outputs (id),
  item_id integer not null references items (id),
  sort integer not null,
  primary key (output_id, item_id, sort)
) strict, without rowid;
