-- Lists of sources, by the location of the source that names them, as they were last read well.
-- sources: JSON, [[url, title, [category, …]], …]; size: how many the document named then.

create table lists (
  location text primary key,
  sources text not null,
  size integer not null
) strict, without rowid;
