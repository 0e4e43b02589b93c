create table kept_replies (
  id integer primary key,
  key blob not null,
  fingerprint blob not null,
  status integer not null,
  body text not null,
  version integer,
  location text,
  created integer not null
);
insert into kept_replies (key, fingerprint, status, body, version, location, created)
  select key, fingerprint, status, body, version, location, created from replies order by created;
drop table replies;
alter table kept_replies rename to replies;
create table reply_keys (
  reply integer primary key,
  key blob not null,
  created integer not null
);
insert into reply_keys (reply, key, created) select id, key, created from replies;
create trigger reply_is_kept after insert on replies begin
  insert into reply_keys (reply, key, created) values (new.id, new.key, new.created);
end;
create trigger reply_is_gone after delete on replies begin
  delete from reply_keys where reply = old.id;
end;
create table reply_runs (
  last integer primary key,
  newest integer not null,
  filter blob not null,
  keys blob not null
);
