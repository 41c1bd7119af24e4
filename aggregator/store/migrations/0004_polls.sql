-- Frozen: a released migration is never edited; what changes later is a migration of its own.
-- due_from: from when on a source counts as due for who comes by only now and then; next_check for the rest.
-- effective_url: where it is asked since permanent redirects to there were confirmed; validated_url: who gave
-- the validators, after redirects.
-- wishes: JSON, what its publisher asks for; recent: JSON, when its newest items were published.
-- A feed whose last request was answered well before this has no wishes yet: it is asked as ever.

alter table sources add column due_from integer;
alter table sources add column effective_url text;
alter table sources add column validated_url text;
alter table sources add column wishes text not null default '{}';
alter table sources add column recent text not null default '[]';
alter table sources add column wall text;
alter table sources add column gone_count integer not null default 0;
alter table sources add column gone_since integer;
alter table sources add column late_since integer;
alter table sources add column paused_since integer;
alter table sources add column polls integer not null default 0;
alter table sources add column polls_unchanged integer not null default 0;
alter table sources add column received integer not null default 0;
update sources set due_from = next_check;

-- Pauses that hosts, or groups of them, asked for.
create table hosts (
  key text primary key,
  not_before integer not null
) strict, without rowid;

-- The last polls of each source; ms and bytes as they were measured.
create table fetches (
  id integer primary key,
  source_id integer not null references sources (id),
  at integer not null,
  status integer,
  result text not null check (result in ('ok', 'unchanged', 'failed')),
  ms integer not null,
  bytes integer not null,
  new integer not null,
  changed integer not null,
  error text
) strict;
create index fetches_by_source on fetches (source_id, id);
