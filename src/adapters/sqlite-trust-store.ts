/** The store in one file, or in memory: the default everywhere but AWS. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  bucketsOf,
  type DenialSketch,
  emptySketch,
  inOrder,
  merge,
  minuteOf,
  type SketchEntry,
  weighed,
} from '../ports/denial-sketch.ts';
import type { Claim, Delivery, FindingKey, KeptDenial, StoredFinding, TrustStore } from '../ports/trust-store.ts';

const layout = 1;
const tables = `
create table if not exists event (
  stream text not null, at integer not null, event_id text not null, body text not null,
  primary key (stream, at, event_id)) without rowid;
create unique index if not exists event_once on event (stream, event_id);
create table if not exists denial (
  stream text not null, minute integer not null, caller_group integer not null, event_id text not null,
  at integer not null, rank real not null, role text, caller text not null, body text not null,
  primary key (stream, minute, caller_group, event_id)) without rowid;
create table if not exists overflowed (
  stream text not null, minute integer not null, caller_group integer not null,
  primary key (stream, minute, caller_group)) without rowid;
create table if not exists finding (
  subject text not null, at integer not null, id text not null, kind text not null, revision integer not null,
  digest text not null, body text not null, superseded_by text,
  primary key (subject, at, id)) without rowid;
create table if not exists delivery (
  subject text not null, at integer not null, id text not null, channel text not null, revision integer not null,
  sent_at integer, sent_revision integer,
  primary key (subject, at, id, channel)) without rowid;
create table if not exists claim (
  subject text not null, at integer not null, id text not null, holder text not null, until integer not null,
  primary key (subject, at, id)) without rowid;
`;

type Row = Readonly<Record<string, unknown>>;

/**
 * @param file a path, or `:memory:`; a file that is not there is made.
 * @throws where the file is no store of this program, or one that a newer version wrote.
 */
export function sqliteTrustStore(file = ':memory:'): TrustStore {
  const database = new DatabaseSync(file);
  try {
    open(database, file);
  } catch (error) {
    database.close();
    throw error;
  }
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    let found = prepared.get(sql);
    if (found === undefined) {
      found = database.prepare(sql);
      prepared.set(sql, found);
    }
    return found;
  };
  const all = (sql: string, ...values: SQLInputValue[]): readonly Row[] => statement(sql).all(...values);
  const run = (sql: string, ...values: SQLInputValue[]): number => Number(statement(sql).run(...values).changes);
  const atomically = <T>(work: () => T): T => {
    database.exec('begin immediate');
    try {
      const result = work();
      database.exec('commit');
      return result;
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  };

  const sketchOf = (stream: string, minute: number, group: number): DenialSketch => {
    const rows = all(
      'select * from denial where stream = ? and minute = ? and caller_group = ? order by rank, event_id',
      stream,
      minute,
      group,
    );
    if (rows.length === 0) return emptySketch;
    const more = all(
      'select 1 from overflowed where stream = ? and minute = ? and caller_group = ?',
      stream,
      minute,
      group,
    );
    return { entries: rows.map(entryOf), more: more.length > 0 };
  };

  const findingsWhere = (where: string, ...values: SQLInputValue[]): readonly StoredFinding[] =>
    all(`select * from finding where ${where} order by at, id`, ...values).map((row) => {
      const { subject, at, id } = keyOf(row);
      const deliveries = new Map<string, Delivery>();
      for (const one of all('select * from delivery where subject = ? and at = ? and id = ?', subject, at, id))
        deliveries.set(String(one['channel']), {
          revision: Number(one['revision']),
          ...(one['sent_at'] === null ? {} : { sentAt: Number(one['sent_at']) }),
          ...(one['sent_revision'] === null ? {} : { sentRevision: Number(one['sent_revision']) }),
        });
      const [claim] = all('select * from claim where subject = ? and at = ? and id = ?', subject, at, id);
      return {
        subject,
        at,
        id,
        kind: String(row['kind']),
        revision: Number(row['revision']),
        digest: String(row['digest']),
        body: String(row['body']),
        ...(row['superseded_by'] === null ? {} : { supersededBy: String(row['superseded_by']) }),
        ...(claim === undefined ? {} : { claim: { holder: String(claim['holder']), until: Number(claim['until']) } }),
        deliveries,
      };
    });

  const putClaim = ({ subject, at, id }: FindingKey, { holder, until }: Claim): void => {
    run(
      'insert or replace into claim (subject, at, id, holder, until) values (?, ?, ?, ?, ?)',
      subject,
      at,
      id,
      holder,
      until,
    );
  };

  return {
    async addEvents(stream, events) {
      atomically(() => {
        for (const { at, eventId, body } of events)
          run(
            'insert or ignore into event (stream, at, event_id, body) values (?, ?, ?, ?)',
            stream,
            at,
            eventId,
            body,
          );
      });
    },
    async events(stream, { from, to, most } = {}) {
      return all(
        'select * from event where stream = ? and at >= ? and at <= ? order by at desc, event_id desc limit ?',
        stream,
        from ?? 0,
        to ?? Number.MAX_SAFE_INTEGER,
        most ?? -1,
      )
        .map((row) => ({ eventId: String(row['event_id']), at: Number(row['at']), body: String(row['body']) }))
        .reverse();
    },
    async addDenials(denials) {
      const kept = new Set<string>();
      atomically(() => {
        for (const { bucket, entries } of bucketsOf(denials)) {
          const place = [bucket.stream, bucket.minute, bucket.group] as const;
          const before = sketchOf(...place);
          const after = merge(before, entries);
          const stays = new Set(after.entries.map((entry) => entry.eventId));
          for (const { eventId } of entries) if (stays.has(eventId)) kept.add(eventId);
          if (after === before) continue;
          const was = new Set(before.entries.map((entry) => entry.eventId));
          for (const { eventId } of before.entries)
            if (!stays.has(eventId))
              run(
                'delete from denial where stream = ? and minute = ? and caller_group = ? and event_id = ?',
                ...place,
                eventId,
              );
          for (const entry of after.entries)
            if (!was.has(entry.eventId))
              run(
                'insert into denial (stream, minute, caller_group, event_id, at, rank, role, caller, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
                ...place,
                entry.eventId,
                entry.at,
                entry.rank,
                entry.role ?? null,
                entry.caller,
                entry.body,
              );
          if (after.more && !before.more)
            run('insert or ignore into overflowed (stream, minute, caller_group) values (?, ?, ?)', ...place);
        }
      });
      return kept;
    },
    async denials({ role, caller }, { from, to }) {
      const stream = role === undefined ? `caller:${caller}` : `role:${role}`;
      const first = from ?? 0;
      const last = to ?? Number.MAX_SAFE_INTEGER;
      const buckets = all(
        'select distinct minute, caller_group from denial where stream = ? and minute >= ? and minute <= ?',
        stream,
        minuteOf(first),
        last,
      );
      const found: KeptDenial[] = [];
      for (const row of buckets)
        for (const kept of weighed(sketchOf(stream, Number(row['minute']), Number(row['caller_group'])))) {
          const { denial } = kept;
          if (denial.at < first || denial.at > last) continue;
          if (role === undefined || caller === undefined || denial.caller === caller) found.push(kept);
        }
      return found.sort((left, right) => inOrder(left.denial, right.denial));
    },
    async finding({ subject, at, id }) {
      return findingsWhere('subject = ? and at = ? and id = ?', subject, at, id)[0];
    },
    async findings(subject, { from, to } = {}) {
      return findingsWhere('subject = ? and at >= ? and at <= ?', subject, from ?? 0, to ?? Number.MAX_SAFE_INTEGER);
    },
    async putFinding({ subject, at, id, kind, revision, digest, body, supersededBy, claim }) {
      const values = [kind, revision, digest, body, supersededBy ?? null] as const;
      const write = (): boolean =>
        revision === 1
          ? run(
              'insert or ignore into finding (kind, revision, digest, body, superseded_by, subject, at, id) values (?, ?, ?, ?, ?, ?, ?, ?)',
              ...values,
              subject,
              at,
              id,
            ) === 1
          : run(
              'update finding set kind = ?, revision = ?, digest = ?, body = ?, superseded_by = ? where subject = ? and at = ? and id = ? and revision = ?',
              ...values,
              subject,
              at,
              id,
              revision - 1,
            ) === 1;
      return atomically(() => {
        if (!write()) return false;
        if (claim !== undefined) putClaim({ subject, at, id }, claim);
        else run('delete from claim where subject = ? and at = ? and id = ?', subject, at, id);
        return true;
      });
    },
    async claim({ subject, at, id }, revision, claim, now) {
      return atomically(() => {
        const found = all(
          'select 1 from finding where subject = ? and at = ? and id = ? and revision = ?',
          subject,
          at,
          id,
          revision,
        );
        const others = all(
          'select 1 from claim where subject = ? and at = ? and id = ? and holder <> ? and until > ?',
          subject,
          at,
          id,
          claim.holder,
          now,
        );
        if (found.length === 0 || others.length > 0) return false;
        putClaim({ subject, at, id }, claim);
        return true;
      });
    },
    async delivered({ subject, at, id }, deliveries) {
      const note = (channel: string, { revision, sentAt, sentRevision }: Delivery): number =>
        run(
          `insert into delivery (subject, at, id, channel, revision, sent_at, sent_revision) values (?, ?, ?, ?, ?, ?, ?)
         on conflict do update set revision = excluded.revision, sent_at = excluded.sent_at,
           sent_revision = excluded.sent_revision where excluded.revision >= revision`,
          subject,
          at,
          id,
          channel,
          revision,
          sentAt ?? null,
          sentRevision ?? null,
        );
      atomically(() => {
        for (const [channel, delivery] of deliveries) note(channel, delivery);
      });
    },
    async close() {
      prepared.clear();
      database.close();
    },
  };
}

function open(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('pragma user_version').get()?.['user_version']);
  if (version > layout) throw new Error(`${file}: a store that a newer version of trusttrail wrote`);
  if (version === 0 && Number(database.prepare('select count(*) as n from sqlite_master').get()?.['n']) > 0)
    throw new Error(`${file}: a database of something else than trusttrail`);
  if (file !== ':memory:') database.exec('pragma journal_mode = wal; pragma synchronous = normal;');
  database.exec(`pragma busy_timeout = 5000; ${tables} pragma user_version = ${layout};`);
}

function keyOf(row: Row): { readonly subject: string; readonly at: number; readonly id: string } {
  return { subject: String(row['subject']), at: Number(row['at']), id: String(row['id']) };
}

function entryOf(row: Row): SketchEntry {
  return {
    eventId: String(row['event_id']),
    at: Number(row['at']),
    rank: Number(row['rank']),
    role: row['role'] === null ? undefined : String(row['role']),
    caller: String(row['caller']),
    body: String(row['body']),
  };
}
