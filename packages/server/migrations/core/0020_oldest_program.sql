-- The oldest program that works with this database: one that brings along this migration. A migration that takes away what
-- the release before it still used ("contract", docs/upgrading.md) sets this to a migration of that release's successor.
create table webhooks_internal.oldest_program (
  only_row boolean primary key default true check (only_row),
  migration text not null
);
insert into webhooks_internal.oldest_program (migration) values ('core/0020_oldest_program.sql');
