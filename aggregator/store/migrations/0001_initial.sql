-- Frozen: a released migration is never edited; what changes later is a migration of its own.
-- Times are integer microseconds since the epoch, UTC; zone is the offset in seconds the source wrote.

create table meta (
  key text primary key,
  value text not null
) strict, without rowid;

create table sources (
  id integer primary key,
  key text not null unique,
  kind text not null,
  configured_url text not null,
  rank integer not null,
  active integer not null,
  enabled integer not null,
  paused integer not null default 0,
  private integer not null,
  config_hash text not null,
  title text not null,
  added integer not null,
  feed_id text not null default '',
  feed_title text not null default '',
  feed_url text,
  site_url text,
  feed_updated integer,
  attempted integer,
  last_success integer,
  first_failure integer,
  failures integer not null default 0,
  error text,
  notice text
) strict;

create table items (
  id integer primary key,
  source_id integer not null references sources (id),
  native_id text not null,
  public_id text not null unique,
  first_seen integer not null,
  arrived integer not null,
  last_seen integer not null,
  published integer not null,
  zone integer not null,
  updated integer not null,
  revision integer not null,
  cleaner integer not null,
  fingerprint text not null,
  canonical_url text,
  content_key text not null,
  state text not null check (state in ('live', 'left')),
  hidden integer not null default 0,
  routed integer not null default 0,
  unique (source_id, native_id)
) strict;
create index items_by_date on items (published);
create index items_by_source on items (source_id, published, state);
create index items_by_link on items (canonical_url) where canonical_url is not null;
create index items_by_cleaner on items (cleaner);
create index items_unrouted on items (id) where routed = 0;

create table aliases (
  source_id integer not null references sources (id),
  kind text not null,
  value text not null,
  item_id integer not null references items (id),
  primary key (source_id, kind, value)
) strict, without rowid;
create index aliases_by_item on aliases (item_id);

create table documents (
  source_id integer not null references sources (id),
  name text not null,
  size integer not null,
  mtime_ns integer not null,
  hash text not null,
  native_id text,
  item_id integer references items (id),
  published integer,
  zone integer,
  problems text,
  primary key (source_id, name)
) strict, without rowid;
create index documents_by_item on documents (item_id) where item_id is not null;
create index documents_with_problems on documents (source_id) where problems is not null;

-- The bodies come last, so that reading what stands before them does not walk their pages.
create table revisions (
  item_id integer not null references items (id),
  revision integer not null,
  seen integer not null,
  updated integer not null,
  cleaner integer not null,
  source_meta text not null,
  clean text not null,
  raw blob not null,
  primary key (item_id, revision)
) strict;

create table terms (
  item_id integer not null references items (id),
  scheme text not null,
  term text not null,
  label text not null,
  primary key (item_id, scheme, term)
) strict, without rowid;
create index terms_by_term on terms (term, item_id);

create table outputs (
  id integer primary key,
  kind text not null,
  name text not null,
  atom_id text not null unique,
  title text not null default '',
  created integer not null,
  updated integer,
  left_at integer,
  rule_hash text not null default '',
  generation integer not null default 0,
  items integer not null default 0,
  unique (kind, name)
) strict;

create table slugs (
  fold text primary key,
  slug text not null,
  output_id integer not null references outputs (id),
  current integer not null
) strict, without rowid;

create table names (
  name text primary key,
  output_id integer not null references outputs (id)
) strict, without rowid;
create index names_by_output on names (output_id);

create table members (
  output_id integer not null references outputs (id),
  item_id integer not null references items (id),
  sort integer not null,
  arrived integer not null,
  shown integer not null default 0,
  why text not null,
  primary key (output_id, item_id)
) strict, without rowid;
create index members_by_date on members (output_id, sort);
create index members_by_arrival on members (output_id, arrived);
create index members_by_item on members (item_id);
create index members_shown on members (output_id) where shown = 1;

-- Counting three million members for every list of outputs would be slow; these two keep the count exact.
create trigger members_gained after insert on members begin
  update outputs set items = items + 1 where id = new.output_id;
end;
create trigger members_lost after delete on members begin
  update outputs set items = items - 1 where id = old.output_id;
end;

create table outdated (
  output_id integer primary key references outputs (id),
  generation integer not null
) strict;

create table files (
  path text primary key,
  output_id integer not null references outputs (id),
  sha256 text not null,
  size integer not null
) strict, without rowid;
