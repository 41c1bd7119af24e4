-- Frozen: a released migration is never edited; what changes later is a migration of its own.
-- What other processes ask of the one that writes; it removes each when it has done it.

create table commands (
  id integer primary key autoincrement,
  at integer not null,
  action text not null,
  argument text not null
) strict;
