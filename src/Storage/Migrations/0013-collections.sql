-- Collections: items with a unit vector each, all made by one model version, and what an index in memory needs to follow their changes.

create table collection (
    id               uuid primary key,
    name             text not null unique,
    model_version_id uuid not null references model_version,
    half             boolean not null,                  -- vectors are float16 instead of float32, little-endian
    items            bigint not null default 0,
    revision         bigint not null default 0,         -- grows with every write, under this row's lock, so commits come in its order
    floor            bigint not null default 0,         -- removals up to this revision are forgotten
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now()
);
create index on collection (model_version_id);

create table collection_item (
    id            bigint generated always as identity primary key,
    collection_id uuid not null references collection on delete cascade,
    key           text not null,
    metadata      jsonb not null,
    vector        bytea not null,
    dataset       text,                                 -- where its picture came from, if from a data set
    dataset_key   text,
    revision      bigint not null,                      -- the collection's when it was last written
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    unique (collection_id, key)
);
-- Floating-point numbers do not compress; trying would only cost time.
alter table collection_item alter column vector set storage external;
create index on collection_item (collection_id, revision);
create index on collection_item using gin (metadata jsonb_path_ops);

create table collection_removal (
    collection_id uuid not null references collection on delete cascade,
    revision      bigint not null,
    item_id       bigint not null,
    at            timestamptz not null default now(),
    primary key (collection_id, revision, item_id)
);

create table collection_import (
    id              uuid primary key,
    collection_id   uuid not null references collection on delete cascade,
    dataset         text not null,
    dataset_id      uuid not null,                      -- no foreign key: an ended import outlives its data set
    dataset_version integer not null,
    split           text check (split in ('train', 'val', 'test')),
    state           text not null check (state in ('queued', 'running', 'succeeded', 'failed')),
    position        bigint not null default 0,          -- the last data set item that is done; written with what it brought
    done            bigint not null default 0,
    skipped         bigint not null default 0,
    total           bigint not null,
    note            text,                               -- why the last item that was left out was
    error           text,
    fence           bigint not null default 0,          -- grows with every claim; writes name the one they were given
    tries           integer not null default 0,         -- claims since it last got something done
    lease_until     timestamptz,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    check ((state = 'running') = (lease_until is not null))
);
create index on collection_import (collection_id);
create index on collection_import (dataset_id);
-- Asking twice for what is under way gives what is under way.
create unique index on collection_import (collection_id, dataset_id, dataset_version, coalesce(split, '')) where state in ('queued', 'running');
