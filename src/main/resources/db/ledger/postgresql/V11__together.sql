-- Watches that one list call can answer are claimed together: what they have in common, '' where a watch has it with none,
-- null while nobody has looked.
alter table watch add column together text collate "C";
create index watch_together on watch (together, due_at) where state = 'ACTIVE' and together > '';
create index watch_together_unknown on watch (account, api) where state = 'ACTIVE' and together is null;
