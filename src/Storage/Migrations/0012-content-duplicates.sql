-- Pictures of one content are found by its hash, within a data set.
create index on dataset_item (dataset_id, sha256);

alter table dataset_import add column content_duplicates bigint not null default 0;
