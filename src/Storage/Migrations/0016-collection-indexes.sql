-- How a collection is searched, and what is known of its approximate index. Its vectors are then also in a table of their own, which is made
-- when such an index is wanted: only there is the extension "vector" needed.

create table collection_index (
    collection_id    uuid primary key references collection on delete cascade,
    choice           text not null default 'auto' check (choice in ('auto', 'exact', 'hnsw')),
    relation         text,                                  -- the table; its index is called the same with _hnsw behind. Null while there is none
    generation       integer not null default 0,            -- numbers those tables
    model_version_id uuid,                                  -- what the table was made for; no foreign key, as it may be left behind
    width            integer,
    half             boolean,
    revision         bigint not null default -1,            -- the collection's, up to which the table has everything
    state            text not null default 'waiting' check (state in ('waiting', 'filling', 'building', 'measuring', 'ready', 'failed')),
    error            text,                                  -- why the last try failed
    tries            integer not null default 0,            -- that failed in a row
    retry_at         timestamptz,
    ef_search        integer not null default 100,          -- how broadly the index is searched
    recall           double precision,                      -- of the ten nearest, against comparing everything; null before it is measured
    sample           integer,                               -- items that it was measured with
    measured_at      timestamptz,
    changed          bigint not null default 0,             -- items written or removed since
    updated_at       timestamptz not null default now()
);
