/**
 * A consumer group as its coordinator keeps it: members with heartbeats, a generation, who owns which partition, and
 * the committed offsets, which outlive every member.
 *
 *   stable ── member joins, leaves or falls silent ──▶ preparing ── all have polled again ──▶ stable, next generation
 *
 * Two never work on one partition. With ranges all members give up everything before a rebalance. With the cooperative
 * protocol (KIP-429) a member keeps what it has; what is to move is given up after a rebalance, at its owner's next poll,
 * and has its new owner with a second one. That one begins at the committed offset.
 */

import { type HandlerId, MILLISECOND, type Network, type Simulation } from '../../runtime/kernel/index.ts';
import type { Gauge } from '../engine.ts';
import { assignRanges, assignSticky } from './assignment.ts';
import type { Cluster, Topic } from './cluster.ts';
import type { Partition, Reader } from './partition.ts';

/** A member as its group sees it. */
export interface Member {
  readonly number: number;
  readonly machineId: number;
  /** The process lives and nothing holds it up. */
  readonly awake: boolean;
  /** It is waiting in a poll: it takes part in a rebalance without delay. */
  readonly polling: boolean;
  readonly lastPollNs: number;
  generation: number;
  readonly owned: Claim[];
  /** The partitions have changed, or there is something to read. */
  wake(): void;
}

/** A group's claim on one partition. */
export class Claim implements Reader {
  readonly partition: Partition;
  committed = -1;
  /** Where the owner's next poll begins. */
  position = 0;
  owner: Member | null = null;
  /** Whom the last rebalance gave it to; null with an owner: it is to be given up, and the next rebalance gives it away. */
  target: Member | null = null;

  constructor(partition: Partition) {
    this.partition = partition;
  }

  wake(): void {
    this.owner?.wake();
  }
}

export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  /** Of the first record that was not handled. */
  readonly offset: number;
}

export interface GroupParts {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly cluster: Cluster;
  /** Told of offsets that were committed and differ from those before. */
  readonly onCommit: (group: string, offsets: readonly CommittedOffset[]) => void;
}

interface Seat {
  readonly member: Member;
  lastHeartbeatNs: number;
  rejoined: boolean;
}

export class Group {
  readonly name: string;
  readonly topics: readonly Topic[];
  /** In the order of topics and partitions. */
  readonly claims: readonly Claim[];
  readonly gauges: readonly Gauge[];
  generation = 0;
  readonly #startFrom: 'earliest' | 'latest';
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #cluster: Cluster;
  readonly #onCommit: GroupParts['onCommit'];
  readonly #seats: Seat[] = [];
  readonly #tick: HandlerId;
  readonly #heartbeat: HandlerId;
  readonly #expired: HandlerId;
  readonly #completed: HandlerId;
  readonly #sessionNs: number;
  readonly #intervalNs: number;
  #preparing = false;
  #notBeforeNs = 0;
  #deadlineNs = 0;
  #ticking = false;
  #ticks = 0;
  #stopped = false;

  constructor(name: string, topics: readonly Topic[], startFrom: 'earliest' | 'latest', parts: GroupParts) {
    this.name = name;
    this.topics = topics;
    this.#startFrom = startFrom;
    this.#simulation = parts.simulation;
    this.#network = parts.network;
    this.#cluster = parts.cluster;
    this.#onCommit = parts.onCommit;
    const { sessionTimeoutMs, heartbeatIntervalMs } = parts.cluster.knobs;
    this.#sessionNs = sessionTimeoutMs * MILLISECOND;
    // Kafka's documentation: no more than a third of the session timeout.
    this.#intervalNs = Math.min(heartbeatIntervalMs, sessionTimeoutMs / 3) * MILLISECOND;
    this.claims = topics.flatMap((topic) =>
      topic.partitions.map((partition) => {
        const claim = new Claim(partition);
        partition.readers.push(claim);
        return claim;
      }),
    );
    const lagOf = (of: string, read: () => number): Gauge => ({
      name: `${name} ${of}`,
      unit: 'records',
      group: 'lag',
      read,
    });
    this.gauges = topics.flatMap((topic) => [
      lagOf(`lag on ${topic.name}`, () => this.lag(topic.name)),
      lagOf(`lag in the worst partition of ${topic.name}`, () => this.worstLag(topic.name)),
    ]);
    this.#tick = parts.simulation.register(() => this.#beat());
    this.#heartbeat = parts.simulation.register((number) => this.#heard(number));
    this.#expired = parts.simulation.register(() => this.#expire());
    this.#completed = parts.simulation.register(() => this.#tryComplete());
  }

  has(member: Member): boolean {
    return this.#seats.some((seat) => seat.member === member);
  }

  /** Records not yet committed; without a commit, from where the group starts. */
  lag(topic: string): number {
    return this.#lags(topic).reduce((sum, lag) => sum + lag, 0);
  }

  /** Of the partition that is furthest behind: a group can be idle and one of its partitions full. */
  worstLag(topic: string): number {
    return Math.max(0, ...this.#lags(topic));
  }

  #lags(topic: string): number[] {
    return this.claims
      .filter(({ partition }) => partition.topic === topic)
      .map(({ committed, partition }) => {
        const from = committed >= 0 ? committed : this.#start(partition);
        return partition.highWatermark - from;
      });
  }

  join(member: Member): void {
    this.#seats.push({ member, lastHeartbeatNs: this.#simulation.nowNs, rejoined: true });
    this.#seats.sort((a, b) => a.member.number - b.member.number);
    if (!this.#ticking && !this.#stopped) {
      this.#ticking = true;
      this.#simulation.schedule(this.#intervalNs, this.#tick);
    }
    this.#rebalance();
  }

  /** Leaves on its own account, is put out, or has been silent for too long. */
  leave(member: Member): void {
    if (this.#remove(member) && this.#seats.length > 0) this.#rebalance();
  }

  /** A member polls: it gives up what it has to, and takes part in a rebalance that is going on. */
  polled(member: Member): void {
    const { owned } = member;
    let gaveUp = false;
    for (let i = owned.length - 1; i >= 0; i--) {
      if (owned[i]!.target === member) continue;
      this.#release(member, owned[i]!);
      gaveUp = true;
    }
    if (gaveUp) this.#rebalance();
    if (!this.#preparing) return;
    const seat = this.#seats.find((candidate) => candidate.member === member);
    if (seat !== undefined) this.#rejoin(seat);
    this.#tryComplete();
  }

  /** False: the group has moved on without this member. */
  commit(
    member: Member,
    generation: number,
    claims: readonly Claim[],
    positions: readonly number[],
  ): boolean {
    if (generation !== this.generation || !this.has(member)) return false;
    const moved: CommittedOffset[] = [];
    for (let i = 0; i < claims.length; i++) {
      const claim = claims[i]!;
      const offset = positions[i]!;
      if (claim.owner !== member || claim.committed === offset) continue;
      claim.committed = offset;
      moved.push({ topic: claim.partition.topic, partition: claim.partition.number, offset });
    }
    if (moved.length > 0) this.#onCommit(this.name, moved);
    return true;
  }

  /** Where reading begins, or goes on when retention has deleted the position (auto.offset.reset). */
  reset(claim: Claim): void {
    claim.position = this.#start(claim.partition);
  }

  stop(): void {
    this.#stopped = true;
  }

  #start(partition: Partition): number {
    return this.#startFrom === 'earliest' ? partition.startOffset : partition.highWatermark;
  }

  #rebalance(): void {
    const { rebalanceMs, maxPollIntervalMs } = this.#cluster.knobs;
    const nowNs = this.#simulation.nowNs;
    if (!this.#preparing) {
      this.#preparing = true;
      this.#notBeforeNs = nowNs + rebalanceMs * MILLISECOND;
      this.#deadlineNs = nowNs + Math.max(rebalanceMs, maxPollIntervalMs) * MILLISECOND;
      this.#simulation.schedule(rebalanceMs * MILLISECOND, this.#completed);
      this.#simulation.schedule(this.#deadlineNs - nowNs, this.#completed);
      for (const seat of this.#seats) {
        seat.rejoined = false;
        if (seat.member.polling && seat.member.awake) this.#rejoin(seat);
      }
    }
    this.#tryComplete();
  }

  /** With ranges a member gives up everything first: the whole group stands still until the rebalance is over. */
  #rejoin(seat: Seat): void {
    seat.rejoined = true;
    if (this.#cluster.knobs.assignor !== 'range') return;
    const { member } = seat;
    while (member.owned.length > 0) this.#release(member, member.owned[0]!);
  }

  #tryComplete(): void {
    const nowNs = this.#simulation.nowNs;
    if (!this.#preparing || nowNs < this.#notBeforeNs) return;
    if (nowNs < this.#deadlineNs && this.#seats.some((seat) => !seat.rejoined)) return;
    const late = this.#seats.filter((seat) => !seat.rejoined);
    for (const { member } of late) this.#remove(member);
    this.#preparing = false;
    this.generation++;
    this.#assign();
  }

  #assign(): void {
    const members = this.#seats.map((seat) => seat.member);
    for (const member of members) member.generation = this.generation;
    const owners =
      this.#cluster.knobs.assignor === 'range'
        ? assignRanges(
            this.topics.map((topic) => topic.partitions.length),
            members.length,
          )
        : assignSticky(
            this.claims.map((claim) => (claim.owner === null ? -1 : members.indexOf(claim.owner))),
            members.length,
          );
    let gaveUp = false;
    this.claims.forEach((claim, i) => {
      const { owner } = claim;
      const target = members[owners[i] ?? -1] ?? null;
      claim.target = owner === null || owner === target ? target : null;
      if (owner === null) this.#give(claim);
      else if (claim.target === null && owner.polling) {
        this.#release(owner, claim);
        gaveUp = true;
      }
    });
    if (gaveUp) this.#rebalance();
  }

  /** To its target. */
  #give(claim: Claim): void {
    const { target } = claim;
    if (target === null) return;
    claim.owner = target;
    claim.position = claim.committed >= 0 ? claim.committed : this.#start(claim.partition);
    target.owned.push(claim);
    target.wake();
  }

  #remove(member: Member): boolean {
    const seat = this.#seats.findIndex((candidate) => candidate.member === member);
    if (seat < 0) return false;
    this.#seats.splice(seat, 1);
    member.generation = -1;
    while (member.owned.length > 0) this.#release(member, member.owned[0]!);
    for (const claim of this.claims) if (claim.target === member) claim.target = null;
    return true;
  }

  #release(owner: Member, claim: Claim): void {
    owner.owned.splice(owner.owned.indexOf(claim), 1);
    claim.owner = null;
  }

  /** Every heartbeat interval: one message per member, and a look for those who have been silent. */
  #beat(): void {
    if (this.#stopped || this.#seats.length === 0) {
      this.#ticking = false;
      return;
    }
    this.#ticks++;
    const coordinator = this.#cluster.coordinatorOf(this.name);
    const nowNs = this.#simulation.nowNs;
    for (const seat of this.#seats) {
      const { member } = seat;
      // Without a coordinator nobody is counted out: its successor starts all sessions anew.
      if (!coordinator?.machine.up || coordinator.paused) seat.lastHeartbeatNs = nowNs;
      else if (member.awake) {
        const salt = member.number * 8 + 6;
        this.#network.send(
          member.machineId,
          coordinator.machine.id,
          this.#ticks,
          salt,
          this.#heartbeat,
          member.number,
        );
      }
      const leftNs = this.#sessionNs - (nowNs - seat.lastHeartbeatNs);
      if (leftNs > 0 && leftNs <= this.#intervalNs) this.#simulation.schedule(leftNs, this.#expired);
    }
    this.#expire();
    this.#simulation.schedule(this.#intervalNs, this.#tick);
  }

  /** Puts out who has been silent for a session timeout, or has not polled for too long. */
  #expire(): void {
    const nowNs = this.#simulation.nowNs;
    const pollNs = this.#cluster.knobs.maxPollIntervalMs * MILLISECOND;
    const out = this.#seats.filter(
      ({ member, lastHeartbeatNs }) =>
        nowNs - lastHeartbeatNs >= this.#sessionNs || (!member.polling && nowNs - member.lastPollNs > pollNs),
    );
    for (const { member } of out) this.leave(member);
  }

  #heard(number: number): void {
    const seat = this.#seats.find((candidate) => candidate.member.number === number);
    if (seat !== undefined) seat.lastHeartbeatNs = this.#simulation.nowNs;
  }
}
