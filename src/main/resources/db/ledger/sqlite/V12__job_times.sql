-- The provider's times of each job, which every answer is compared with.
alter table job add column create_time text generated always as (record ->> '$.createTime') virtual;
alter table job add column update_time text generated always as (record ->> '$.updateTime') virtual;
