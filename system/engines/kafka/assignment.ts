/**
 * Which member of a consumer group gets which partition. Both assignors give each partition to exactly one member, so a
 * group is never busier than its partitions allow: further members stay idle.
 */

/**
 * RangeAssignor: topic by topic, contiguous ranges, the first members get one more.
 * `topicSizes`: partitions of each topic. Returns the member's position for each partition, topics one after another.
 */
export function assignRanges(topicSizes: readonly number[], members: number): number[] {
  const owners: number[] = [];
  if (members === 0) return owners;
  for (const size of topicSizes) {
    const share = Math.floor(size / members);
    const larger = size % members;
    for (let member = 0; member < members; member++) {
      const count = share + (member < larger ? 1 : 0);
      for (let i = 0; i < count; i++) owners.push(member);
    }
  }
  return owners;
}

/**
 * CooperativeStickyAssignor, for members that all read the same topics: shares differ by at most one partition, and
 * no partition moves that balance does not force to. `current`: position of each partition's owner, -1 without one.
 */
export function assignSticky(current: readonly number[], members: number): number[] {
  const owners = current.slice();
  if (members === 0) return owners.fill(-1);
  const least = Math.floor(owners.length / members);
  let larger = owners.length % members;
  const held = new Array<number>(members).fill(0);
  for (const owner of owners) if (owner >= 0) held[owner]!++;
  // Who holds most already may keep one more than the others.
  const byHeld = held.map((_, member) => member).sort((a, b) => held[b]! - held[a]! || a - b);
  const quota = new Array<number>(members).fill(least);
  for (const member of byHeld) if (larger-- > 0) quota[member]!++;
  const kept = new Array<number>(members).fill(0);
  for (let partition = 0; partition < owners.length; partition++) {
    const owner = owners[partition]!;
    if (owner < 0) continue;
    if (kept[owner]! < quota[owner]!) kept[owner]!++;
    else owners[partition] = -1;
  }
  let member = 0;
  for (let partition = 0; partition < owners.length; partition++) {
    if (owners[partition]! >= 0) continue;
    while (kept[member]! >= quota[member]!) member = member + 1 === members ? 0 : member + 1;
    owners[partition] = member;
    kept[member]!++;
    member = member + 1 === members ? 0 : member + 1;
  }
  return owners;
}
