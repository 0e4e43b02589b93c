alter table events add column previous integer;
alter table events add column jump integer;
alter table states add column trail text;
drop index events_by_stream;
create unique index events_by_stream on events (stream_id, version) where previous is null;
