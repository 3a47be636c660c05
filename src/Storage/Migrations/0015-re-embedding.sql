-- Re-embedding: pictures are kept with items, and vectors of another version wait beside the collection until all of them are there.

alter table collection add column keep_pictures boolean not null default true;

create table collection_picture (
    item_id  bigint primary key references collection_item on delete cascade,
    revision bigint not null,                           -- the item's when it came; of an item written since then it is no picture any more
    bytes    bytea not null
);
-- Pictures are compressed already; stored plainly, their size is known without reading them.
alter table collection_picture alter column bytes set storage external;

create table collection_reembedding (
    id                uuid primary key,
    collection_id     uuid not null references collection on delete cascade,
    from_version_id   uuid not null references model_version,
    to_version_id     uuid not null references model_version,
    drop_missing      boolean not null,                 -- items without a picture are left out instead of being in the way
    drop_failed       boolean not null,                 -- the same for items whose picture cannot be embedded
    state             text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    position_revision bigint not null default 0,        -- the last item that is done, in the order in which items were written;
    position_item     bigint not null default 0,        -- whatever is written again comes behind it once more
    done              bigint not null default 0,        -- items that were looked at, those written again counted again
    seconds           double precision not null default 0,
    total             bigint not null,                  -- items of the collection, when it began or ended
    dropped           bigint not null default 0,
    error             text,
    fence             bigint not null default 0,        -- grows with every claim; writes name the one they were given
    tries             integer not null default 0,       -- claims since it last got something done
    lease_until       timestamptz,
    swept             boolean not null default false,   -- ended, and its vectors are cleared away
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    check ((state = 'running') = (lease_until is not null))
);
create index on collection_reembedding (collection_id);
create index on collection_reembedding (from_version_id);
create index on collection_reembedding (to_version_id);
create unique index on collection_reembedding (collection_id) where state in ('queued', 'running');
create index on collection_reembedding (id) where not swept;

create table collection_reembedded (
    reembedding_id uuid not null references collection_reembedding on delete cascade,
    item_id        bigint not null,                     -- no foreign key: of an item that is gone nobody asks, and deleting stays cheap
    revision       bigint not null,                     -- the item's that this is of
    vector         bytea,
    key            text,                                -- of an item without a vector, which may be gone when somebody asks why
    problem        text,
    missing        boolean not null,                    -- there was no picture; else it could not be embedded
    primary key (reembedding_id, item_id),
    check ((vector is null) = (problem is not null and key is not null))
);
alter table collection_reembedded alter column vector set storage external;
create index on collection_reembedded (reembedding_id, item_id) where vector is null;
