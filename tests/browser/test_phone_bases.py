"""What a record on the phone builds on: what its author saw and said, however far sending has come meanwhile."""

import pytest
from playwright.sync_api import Page

from tests.browser.test_phone_formats import page

__all__ = ["page"]
pytestmark = pytest.mark.browser

SAY_AND_SETTLE = """async ({redrawn, theirs}) => {
  const at = '/static/phone/';
  const [lists, outbox, acts, store] = await Promise.all(
    ['lists', 'outbox', 'acts', 'store'].map((name) => import(`${at}${name}.js`)));
  const {got, write} = store;
  await write(['kv', 'works', 'ops', 'absences'], async ({kv, works, ops, absences}) => {
    await Promise.all([kv, works, ops, absences].map((one) => got(one.clear())));
    await got(kv.put({origin: '00112233445566ff', person: {id: 'a'.repeat(32)}}, 'device'));
    await got(works.put({code: '482170317', task: 't', student: 's', state: 'issued', returns: [], heads: []}));
  });
  const say = async (known, value, again) => acts.sayWork(known, await outbox.reserve(), '482170317',
    {mark: {verdict: 'mark', value}, comment: '', again, on: '2026-12-07', channel: 'paper'});
  let seen = await lists.known();
  const first = await say(seen, '5', true);
  if (redrawn) seen = await lists.known();
  await outbox.acknowledge(await outbox.take(), {accepted: [[first.n, first.n]]}, 1000);
  const heads = [[first.revision, 'mark', '5', '', '']];
  if (theirs) heads.push(['f'.repeat(64), 'mark', '3', '', '']);
  await lists.takeOver({epoch: 'e', cursor: 1, tag: '', works: [['482170317', 'marked', [], heads, '']]}, 1500);
  await outbox.settle(2000);
  const second = await say(seen, '4', false);
  const third = await say(await lists.known(), '2', true);
  return {first: first.revision, second: second.op.base, secondRevision: second.revision, third: third.op.base};
}"""


@pytest.mark.parametrize("redrawn", [False, True])
def test_a_correction_builds_on_ones_own_record_also_before_the_page_shows_that_the_school_has_it(
    page: Page, redrawn: bool
) -> None:
    said = page.evaluate(SAY_AND_SETTLE, {"redrawn": redrawn, "theirs": False})
    assert said["second"] == [said["first"]]
    assert said["third"] == [said["secondRevision"]]


@pytest.mark.parametrize("redrawn", [False, True])
def test_a_mark_of_somebody_else_that_was_not_seen_is_not_built_on(page: Page, redrawn: bool) -> None:
    said = page.evaluate(SAY_AND_SETTLE, {"redrawn": redrawn, "theirs": True})
    assert said["second"] == [said["first"]]
    assert said["third"] == sorted([said["secondRevision"], "f" * 64])
