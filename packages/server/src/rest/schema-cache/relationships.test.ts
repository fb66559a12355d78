import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ENGINES } from '../../../test/harness/databases.ts'
import { expectError, openFixture } from '../rest-fixture.ts'
import type { Fixture } from '../rest-fixture.ts'

/** Every kind of relationship that foreign keys can form, in tables that the API serves because they are granted. */
const TABLES = `
  create table public.makers (id int primary key, name text not null, boss_id int references public.makers (id));
  create table public.films (id int primary key, title text not null, maker_id int references public.makers (id),
    rival_id int, constraint rival foreign key (rival_id) references public.makers (id));
  create table public.specs (film_id int primary key references public.films (id), camera text);
  create table public.actors (id int primary key, name text not null);
  create table public.roles (film_id int references public.films (id), actor_id int references public.actors (id),
    part text, primary key (film_id, actor_id));
  create table public.seats (hall text, place int, primary key (hall, place));
  create table public.tickets (id int primary key, hall text, place int, foreign key (hall, place) references public.seats);
  create table public.hidden (id int primary key, film_id int references public.films (id));
  create view public.long_films with (security_invoker = true) as select id, title, maker_id from public.films;
  comment on column public.long_films.maker_id is '@references public.makers(id)';
  grant select on public.makers, public.films, public.specs, public.actors, public.roles, public.seats, public.tickets,
    public.long_films to webhooks_service, webhooks_api;

  insert into public.makers values (1, 'one', null), (2, 'two', 1), (3, 'three', 1);
  insert into public.films values (1, 'first', 1, 2), (2, 'second', 2, 1);
  insert into public.specs values (1, 'box');
  insert into public.actors values (1, 'ann'), (2, 'bob');
  insert into public.roles values (1, 1, 'queen'), (1, 2, 'king'), (2, 2, 'fool');
  insert into public.seats values ('a', 1), ('a', 2);
  insert into public.tickets values (1, 'a', 2);
`

for (const engine of ENGINES) {
  describe(`relationships (${engine})`, () => {
    let fixture: Fixture
    let ask: Fixture['ask']
    const rows = async (path: string): Promise<unknown> => {
      const { status, json, body } = await ask('GET', path)
      assert.equal(status, 200, body)
      return json
    }

    before(async () => {
      fixture = await openFixture(engine)
      await fixture.database.execute(TABLES)
      ask = await fixture.withRules({})
    })
    after(async () => await fixture.close())

    it('a unique foreign key forms a one-to-one relationship from both sides', async () => {
      assert.deepEqual(await rows('films?select=title,specs(camera)&order=id'), [
        { title: 'first', specs: { camera: 'box' } },
        { title: 'second', specs: null },
      ])
      assert.deepEqual(await rows('specs?select=...films(title)'), [{ title: 'first' }])
    })

    it('a table whose primary key consists of two foreign keys forms a many-to-many relationship', async () => {
      assert.deepEqual(await rows('films?select=title,actors(name)&order=id&actors.order=name.desc'), [
        { title: 'first', actors: [{ name: 'bob' }, { name: 'ann' }] },
        { title: 'second', actors: [{ name: 'bob' }] },
      ])
      assert.deepEqual(await rows('actors?select=name,films!roles(title)&films.title=eq.second&order=name'), [
        { name: 'ann', films: [] },
        { name: 'bob', films: [{ title: 'second' }] },
      ])
      assert.deepEqual(await rows('actors?select=name,films!inner(count)&films.title=eq.second'), [
        { name: 'bob', films: [{ count: 1 }] },
      ])
      assert.deepEqual(await rows('films?select=title,roles(part,actors(name))&id=eq.2'), [
        { title: 'second', roles: [{ part: 'fool', actors: { name: 'bob' } }] },
      ])
    })

    it('a foreign key of several columns is compared by all of them', async () => {
      assert.deepEqual(await rows('tickets?select=id,seats(place)'), [{ id: 1, seats: { place: 2 } }])
      assert.deepEqual(await rows('seats?select=place,tickets(id)&order=place'), [
        { place: 1, tickets: [] },
        { place: 2, tickets: [{ id: 1 }] },
      ])
    })

    it('an ambiguous relationship is refused with a list of hints, and resolved by a hint', async () => {
      const answer = await ask('GET', 'films?select=title,makers(name)')
      const error: unknown = expectError(answer, 300, 'PGRST201')
      assert.deepEqual(error, {
        code: 'PGRST201',
        details: [
          {
            cardinality: 'many-to-one',
            embedding: 'films with makers',
            relationship: 'films_maker_id_fkey using films(maker_id) and makers(id)',
          },
          {
            cardinality: 'many-to-one',
            embedding: 'films with makers',
            relationship: 'rival using films(rival_id) and makers(id)',
          },
        ],
        hint:
          "Try changing 'makers' to one of the following: 'makers!films_maker_id_fkey', 'makers!rival'. " +
          "Find the desired relationship in the 'details' key.",
        message: "Could not embed because more than one relationship was found for 'films' and 'makers'",
      })
      const both = 'films?select=maker:makers!maker_id(name),rival:makers!rival(name)&id=eq.1'
      assert.deepEqual(await rows(both), [{ maker: { name: 'one' }, rival: { name: 'two' } }])
      assert.deepEqual(await rows('films?select=maker_id(name),rival(name)&id=eq.1'), [
        { maker_id: { name: 'one' }, rival: { name: 'two' } },
      ])
      expectError(await ask('GET', 'makers?select=name,films(title)'), 300, 'PGRST201')
      assert.deepEqual(await rows('makers?select=name,films!rival(title)&id=eq.1'), [
        { name: 'one', films: [{ title: 'second' }] },
      ])
    })

    it('a table that references itself embeds parents by column and children by table', async () => {
      assert.deepEqual(
        await rows('makers?select=name,boss:boss_id(name),makers(name)&order=id&makers.order=name'),
        [
          { name: 'one', boss: null, makers: [{ name: 'three' }, { name: 'two' }] },
          { name: 'two', boss: { name: 'one' }, makers: [] },
          { name: 'three', boss: { name: 'one' }, makers: [] },
        ],
      )
    })

    it('a view has the relationships that its comments declare', async () => {
      assert.deepEqual(await rows('long_films?select=title,makers(name)&order=id'), [
        { title: 'first', makers: { name: 'one' } },
        { title: 'second', makers: { name: 'two' } },
      ])
      assert.deepEqual(await rows('makers?select=name,long_films(title)&id=eq.2'), [
        { name: 'two', long_films: [{ title: 'second' }] },
      ])
    })

    it('a table that is not served cannot be embedded', async () => {
      expectError(await ask('GET', 'films?select=title,hidden(id)'), 400, 'PGRST200')
    })
  })
}
