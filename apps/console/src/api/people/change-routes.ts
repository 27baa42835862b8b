import type { Operation } from '@watchpost/gallery/gallery';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { checkMayUndo } from '../../people/undo-role.ts';
import { actorOf } from '../../sign-in/actor.ts';
import type { Role } from '../../sign-in/user.ts';
import { doneOf } from './changes.ts';
import { knownPerson } from './person-page.ts';
import { doneSchema, personParams, type Done } from './schema.ts';

const tags = ['People'];
/** Of an entry of the log. */
const changeParams = z.object({ id: z.string().regex(/^\P{Cc}{1,200}$/u) });
const nameSchema = z.string().max(1_000);
const otherId = z.string().max(200);
const nothing = z.object({}).default({});

/** One change of a person: its address below `/api/people/:id`, what is asked for, and the operation that carries it out. */
interface PersonChange<B extends z.ZodType> {
  path: string;
  summary: string;
  role: Role;
  body: B;
  operation: (person: string, body: z.output<B>, idOf: IdOf) => Operation;
}

/** The id of a person who is there, by one that it has or had; names and beginnings of ids are for those who type. Throws `person-not-found`. */
type IdOf = (id: string) => string;
type Apply = (operation: (idOf: IdOf) => Operation, request: Parameters<typeof actorOf>[0], personId?: string) => Promise<Done>;

/** Every change of people, as the command line makes them. Each leaves an entry in the log and can be undone for ten minutes. */
export function registerPeopleChanges(app: ConsoleApp, { database }: ConsoleDeps): void {
  const apply: Apply = async (operation, request, personId) => {
    const { ending: signal } = request;
    const { gallery, operations, mirror } = database.parts();
    await gallery.ready(signal);
    const wanted = operation((id) => knownPerson(mirror, id).id);
    return doneOf(await operations.apply(wanted, actorOf(request), signal), mirror, personId);
  };
  registerPersonChanges(app, apply);

  app.post(
    '/api/sightings/:snapshotId/faces/:position/assign',
    {
      config: { role: 'editor' },
      schema: {
        summary: 'Says whose a face of a snapshot is; null: not the person that it was taken for',
        tags,
        params: z.object({ snapshotId: z.string().max(400), position: z.coerce.number().int().min(0) }),
        body: z.object({ person: otherId.nullable() }),
        response: { 200: doneSchema },
      },
    },
    async (asked) => {
      const { snapshotId, position } = asked.params;
      const { person } = asked.body;
      return apply(
        (idOf) => ({ kind: 'assign', snapshotId, position, person: person === null ? null : idOf(person) }),
        asked,
        person ?? undefined,
      );
    },
  );

  app.post(
    '/api/changes/:id/undo',
    {
      config: { role: 'editor' },
      schema: {
        summary: 'Undoes a change of people, by its entry in the log',
        tags,
        params: changeParams,
        body: nothing,
        response: { 200: doneSchema },
      },
    },
    async (asked) => {
      const { ending: signal } = asked;
      const { gallery, operations, mirror, kept } = database.parts();
      await gallery.ready(signal);
      await checkMayUndo([asked.params.id], asked.user, kept.audit, signal);
      return doneOf(await operations.undo(asked.params.id, actorOf(asked), signal), mirror);
    },
  );
}

function registerPersonChanges(app: ConsoleApp, apply: Apply): void {
  const change = <B extends z.ZodType>({ path, summary, role, body, operation }: PersonChange<B>): void => {
    app.post(
      `/api/people/:id/${path}`,
      { config: { role }, schema: { summary, tags, params: personParams, body, response: { 200: doneSchema } } },
      async (request) => {
        const { id } = request.params;
        const asked = body.parse(request.body);
        return apply((idOf) => operation(idOf(id), asked, idOf), request, id);
      },
    );
  };

  change({
    path: 'name',
    summary: 'Names a person; with `from` only if it is still called that',
    role: 'editor',
    body: z.object({ to: nameSchema, from: nameSchema.optional() }),
    operation: (person, { to, from }) => ({ kind: 'name', person, to, from }),
  });
  change({
    path: 'aliases',
    summary: 'Adds a name that finds the person, or removes it',
    role: 'editor',
    body: z.object({ alias: nameSchema, remove: z.boolean().default(false) }),
    operation: (person, { alias, remove }) => ({ kind: 'alias', person, alias, remove }),
  });
  change({
    path: 'merge',
    summary: 'Merges two persons; the preview says who stays',
    role: 'editor',
    body: z.object({ into: otherId }),
    operation: (from, { into }, idOf) => ({ kind: 'merge', from, into: idOf(into) }),
  });
  change({
    path: 'distinguish',
    summary: 'Says that two persons are not the same',
    role: 'editor',
    body: z.object({ other: otherId }),
    operation: (person, { other }, idOf) => ({ kind: 'distinguish', person, other: idOf(other) }),
  });
  change({
    path: 'split',
    summary: 'Makes somebody new of some of a person’s faces',
    role: 'editor',
    body: z.object({ faces: z.array(z.string().max(200)).min(1).max(200) }),
    operation: (person, { faces }) => ({ kind: 'split', person, faceIds: faces }),
  });
  change({
    path: 'remove-face',
    summary: 'Removes a reference or a negative of a person',
    role: 'editor',
    body: z.object({ face: z.string().max(200) }),
    operation: (person, { face }) => ({ kind: 'remove-face', person, faceId: face }),
  });
  for (const kind of ['ignore', 'unignore'] as const)
    change({
      path: kind,
      summary: kind === 'ignore' ? 'Recognises a person, but never reports it' : 'Reports a person again',
      role: 'editor',
      body: nothing,
      operation: (person) => ({ kind, person }),
    });
  change({
    path: 'forget',
    summary: 'Forgets a person: hidden at once, erased when it can no longer be undone',
    role: 'admin',
    body: nothing,
    operation: (person) => ({ kind: 'forget', person }),
  });
}
