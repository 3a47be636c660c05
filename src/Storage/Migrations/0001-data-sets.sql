-- Data sets: uploads come in as imports; original bytes are packed in blobs, with an index row per item.

create table dataset (
    id          uuid primary key,
    name        text not null unique,
    description text,
    version     integer not null default 0,
    items       bigint not null default 0,
    bytes       bigint not null default 0,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);

create table dataset_import (
    id             uuid primary key,
    dataset_id     uuid not null references dataset on delete cascade,
    state          text not null check (state in ('receiving', 'running', 'succeeded', 'failed')),
    source         text not null,
    bytes_received bigint not null default 0,
    bytes_done     bigint not null default 0,
    bytes_total    bigint not null default 0,
    added          bigint not null default 0,
    duplicates     bigint not null default 0,
    rejected       bigint not null default 0,
    error          text,
    version        integer,                             -- the data set version it published; until then nobody sees its items
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now()
);
create index on dataset_import (dataset_id);
create index on dataset_import (updated_at) where state in ('receiving', 'running');

create table dataset_reject (
    id        bigint generated always as identity primary key,
    import_id uuid not null references dataset_import on delete cascade,
    key       text not null,
    reason    text not null
);
create index on dataset_reject (import_id);

create table dataset_blob (
    id        bigint generated always as identity primary key,
    import_id uuid not null references dataset_import on delete cascade,
    bytes     bytea not null
);
create index on dataset_blob (import_id);
-- Pictures are compressed already; uncompressed storage lets the server cut one item out without reading the whole blob.
alter table dataset_blob alter column bytes set storage external;

create table dataset_item (
    id          bigint generated always as identity primary key,
    dataset_id  uuid not null references dataset on delete cascade,
    key         text not null,
    label       text,
    domain      text,
    group_key   text,
    split       text check (split in ('train', 'val', 'test')),
    media_type  text not null,
    width       integer not null,
    height      integer not null,
    channels    integer not null,
    bytes       integer not null,
    sha256      bytea not null,
    blob_id     bigint not null references dataset_blob on delete cascade,
    blob_offset integer not null,
    unique (dataset_id, key)
);
create index on dataset_item (dataset_id, id);
create index on dataset_item (blob_id);
