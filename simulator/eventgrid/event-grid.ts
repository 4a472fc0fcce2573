import type { Logger } from "pino";
import { hashText } from "../random.ts";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";
import {
  batchesOf,
  type DeadLetter,
  type Delivery,
  deadLetterSchema,
  deliverySchema,
  expiryMs,
  shownDeadLetter,
  shownDelivery,
} from "./delivery.ts";
import { EventFaultPlan, type EventsSection } from "./event-faults.ts";
import type { EventDraft, GridEvent } from "./grid-event.ts";
import { outcomeName, outcomeOf, retryAfterSeconds } from "./retry-schedule.ts";
import {
  type Subscription,
  type SubscriptionSettings,
  shownSubscription,
  subscriptionSchema,
  wants,
} from "./subscription.ts";
import {
  ask,
  deliveryRequest,
  type SendRequest,
  validationOutcome,
  validationRequest,
  type WebhookAnswer,
} from "./webhook-request.ts";

const LOOK = "eventgrid.look";
/** How long Event Grid waits for an answer. */
const ANSWER_SECONDS = 30;
/** A request takes real time however fast time runs here: never give up sooner than this, in milliseconds of the machine. */
const ANSWER_LEAST_MS = 5_000;
/** How many dead letters are kept; the oldest go first. */
const KEPT_DEAD_LETTERS = 500;

/** What Event Grid is made from. */
export interface EventGridOptions {
  readonly world: World;
  readonly log: Logger;
  readonly section: EventsSection;
  readonly send: SendRequest;
}

/**
 * Event Grid: subscriptions, and every event on its way to them. What has been published survives the process; what was being
 * sent when it died is sent again, as at-least-once delivery promises.
 */
export class EventGrid {
  readonly #world: World;
  readonly #log: Logger;
  readonly #section: EventsSection;
  readonly #send: SendRequest;
  readonly #faults: EventFaultPlan;
  readonly #subscriptions: Collection<Subscription>;
  readonly #deliveries: Collection<Delivery>;
  readonly #deadLetters: Collection<DeadLetter>;
  readonly #inFlight = new Set<number>();
  #nextOrder: number;
  #origin = "";
  #closed = false;

  constructor({ world, log, section, send }: EventGridOptions) {
    this.#world = world;
    this.#log = log;
    this.#section = section;
    this.#send = send;
    this.#faults = new EventFaultPlan(section.faults, world);
    const { store } = world;
    this.#subscriptions = store.collection("eventgrid-subscriptions", (value) => subscriptionSchema.parse(value));
    this.#deliveries = store.collection("eventgrid-deliveries", (value) => deliverySchema.parse(value));
    this.#deadLetters = store.collection("eventgrid-dead-letters", (value) => deadLetterSchema.parse(value));
    const orders = [...this.#deliveries.values(), ...this.#deadLetters.values()].map(({ order }) => order);
    this.#nextOrder = Math.max(0, ...orders) + 1;
    world.handle(LOOK, ({ subscription = "" }) => this.#look(subscription));
  }

  /** Begins to deliver: what the scenario subscribes, and what an earlier process left. `origin` is where we are reached. */
  open(origin: string): void {
    this.#origin = origin;
    const asked = this.#section.subscriptions.filter((settings) => this.#differs(settings));
    if (asked.length === 0 && this.#deliveries.size === 0) return;
    this.#world.change(() => {
      for (const settings of asked) this.#put(settings, "Failed");
      for (const { name } of this.#subscriptions.values()) this.#scheduleNext(name);
    });
  }

  /** Nothing is recorded any more; requests under way end by themselves. */
  close(): void {
    this.#closed = true;
  }

  /** Takes an event and sends it to whoever subscribed. Only inside a change. */
  publish(event: GridEvent): void {
    const delays = this.#faults.delaysOf(event);
    const { nowMs } = this.#world;
    for (const subscription of this.subscriptions().filter((one) => wants(one, event))) {
      for (const seconds of delays) {
        const order = this.#nextOrder++;
        const dueMs = Math.round(nowMs + seconds * 1_000);
        const { name } = subscription;
        this.#deliveries.put(String(order), {
          order,
          subscription: name,
          event,
          publishedMs: nowMs,
          dueMs,
          attempts: 0,
        });
        this.#world.schedule(dueMs - nowMs, LOOK, { subscription: name });
      }
    }
  }

  /** Publishes what a service of Azure has to tell, now. Only inside a change. */
  emit({ dataVersion = "1", ...draft }: EventDraft): GridEvent {
    const id = this.#world.random("eventgrid").uuid();
    const time = new Date(this.#world.nowMs).toISOString();
    const event: GridEvent = { ...draft, id, time, dataVersion, extensions: {} };
    this.publish(event);
    return event;
  }

  /**
   * Makes or changes a subscription: the endpoint is asked first whether it wants events. Resolves to the subscription, which
   * is not there when the endpoint refused ("Failed"), and to what the endpoint answered.
   */
  async subscribe(
    name: string,
    settings: SubscriptionSettings,
  ): Promise<{ readonly subscription: Subscription; readonly answered: number | undefined }> {
    const validationCode = this.#world.change(() => this.#world.random("eventgrid").uuid());
    const asked: Subscription = { ...settings, name, validationCode, provisioningState: "Failed" };
    const answer = await this.#validate(asked);
    const subscription: Subscription = { ...asked, provisioningState: validationOutcome(asked, answer) };
    if (subscription.provisioningState !== "Failed" && !this.#closed) {
      this.#world.change(() => {
        this.#subscriptions.put(name, subscription);
        this.#scheduleNext(name);
      });
    }
    return { subscription, answered: answer.status };
  }

  /** Takes a subscription away, with what was on its way to it. False when there is none. */
  unsubscribe(name: string): boolean {
    if (!this.#subscriptions.get(name)) return false;
    this.#world.change(() => {
      this.#subscriptions.delete(name);
      for (const { order } of this.#deliveriesTo(name)) this.#deliveries.delete(String(order));
    });
    return true;
  }

  /** Opens a subscription by hand, as who follows the validation URL does. False for a wrong code. */
  confirm(name: string, code: string): boolean {
    const subscription = this.#subscriptions.get(name);
    if (!subscription || subscription.validationCode !== code) return false;
    this.#world.change(() => {
      this.#subscriptions.put(name, { ...subscription, provisioningState: "Succeeded" });
      this.#scheduleNext(name);
    });
    return true;
  }

  subscriptions(): Subscription[] {
    return this.#subscriptions.values().sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Everything as it may be shown: no keys. */
  shown() {
    this.#world.catchUp();
    const byOrder = (left: { order: number }, right: { order: number }) => left.order - right.order;
    const schemaOf = (name: string) => this.#subscriptions.get(name)?.schema ?? "EventGridSchema";
    return {
      subscriptions: this.subscriptions().map(shownSubscription),
      deliveries: this.#deliveries.values().sort(byOrder).map(shownDelivery),
      deadLetters: this.#deadLetters
        .values()
        .sort(byOrder)
        .map((letter) => ({
          subscription: letter.subscription,
          event: shownDeadLetter(letter, schemaOf(letter.subscription)),
        })),
    };
  }

  #differs(settings: EventsSection["subscriptions"][number]): boolean {
    const kept = this.#subscriptions.get(settings.name);
    if (!kept) return true;
    const { validationCode: _, provisioningState: __, ...known } = kept;
    return JSON.stringify(sorted(known)) !== JSON.stringify(sorted(settings));
  }

  #put(settings: EventsSection["subscriptions"][number], provisioningState: Subscription["provisioningState"]): void {
    const validationCode = this.#world.random("eventgrid").uuid();
    this.#subscriptions.put(settings.name, { ...settings, validationCode, provisioningState });
  }

  #deliveriesTo(name: string): Delivery[] {
    return this.#deliveries
      .values()
      .filter(({ subscription }) => subscription === name)
      .sort((left, right) => left.dueMs - right.dueMs || left.order - right.order);
  }

  #scheduleNext(name: string): void {
    const [first] = this.#deliveriesTo(name);
    if (first) this.#world.schedule(Math.max(0, first.dueMs - this.#world.nowMs), LOOK, { subscription: name });
  }

  /** Takes up what is due for a subscription; it is sent when the present change is durable. */
  #look(name: string): void {
    const subscription = this.#subscriptions.get(name);
    if (!subscription) return;
    const { nowMs, store } = this.#world;
    const due: Delivery[] = [];
    for (const delivery of this.#deliveriesTo(name)) {
      if (delivery.dueMs > nowMs || this.#inFlight.has(delivery.order)) continue;
      if (nowMs >= expiryMs(delivery, subscription)) this.#giveUp(delivery, subscription, "TimeToLiveExceeded");
      else due.push(delivery);
    }
    if (due.length === 0) return;
    for (const { order } of due) this.#inFlight.add(order);
    const letGo = () => {
      for (const { order } of due) this.#inFlight.delete(order);
    };
    store.afterTransaction(() => void this.#deliver(name, due).finally(letGo), letGo);
  }

  async #deliver(name: string, due: readonly Delivery[]): Promise<void> {
    // What is sent is answered before time goes on, where time is one that jumps.
    const release = this.#world.clock.hold();
    try {
      const subscription = await this.#validated(name);
      for (const batch of subscription ? batchesOf(subscription, due) : []) {
        if (this.#closed || !subscription) return;
        await this.#deliverBatch(subscription, batch);
      }
    } catch (error) {
      this.#log.error({ err: error, subscription: name }, "events could not be delivered");
    } finally {
      release();
    }
  }

  /** The subscription, asked for its consent when it has not given it yet. Without it nothing is sent. */
  async #validated(name: string): Promise<Subscription | undefined> {
    const subscription = this.#subscriptions.get(name);
    if (subscription?.provisioningState !== "Failed") return subscription;
    const answer = await this.#validate(subscription);
    if (this.#closed) return undefined;
    return this.#world.change(() => {
      const current = this.#subscriptions.get(name);
      if (!current) return undefined;
      const next: Subscription = { ...current, provisioningState: validationOutcome(current, answer) };
      this.#subscriptions.put(name, next);
      return next;
    });
  }

  async #deliverBatch(subscription: Subscription, batch: readonly Delivery[]): Promise<void> {
    const attempts = batch[0]?.attempts ?? 0;
    const events = batch.map(({ event }) => event);
    const answer: Pick<WebhookAnswer, "status"> | "unvalidated" =
      subscription.provisioningState === "Succeeded"
        ? await this.#ask(subscription.endpoint, deliveryRequest(subscription, events, attempts))
        : "unvalidated";
    if (this.#closed) return;
    this.#world.change(() => {
      for (const { order } of batch) {
        // Those of a subscription that was taken away meanwhile are gone.
        const delivery = this.#deliveries.get(String(order));
        if (delivery) this.#record(delivery, subscription, answer);
      }
    });
  }

  #record(before: Delivery, subscription: Subscription, answer: Pick<WebhookAnswer, "status"> | "unvalidated"): void {
    const status = answer === "unvalidated" ? undefined : answer.status;
    const lastOutcome = answer === "unvalidated" ? "EndpointNotValidated" : outcomeName(status);
    const { nowMs } = this.#world;
    const delivery: Delivery = { ...before, attempts: before.attempts + 1, lastOutcome, lastAttemptMs: nowMs };
    const { event, attempts } = delivery;
    const facts = { subscription: subscription.name, event: event.id, type: event.type, attempts, status, lastOutcome };
    const outcome = outcomeOf(status);
    if (outcome === "delivered") {
      this.#log.debug(facts, "event delivered");
      this.#deliveries.delete(String(before.order));
      return;
    }
    this.#log.warn(facts, outcome === "final" ? "event refused" : "event not delivered; it is sent again");
    if (outcome === "final" || attempts >= subscription.maxDeliveryAttempts) {
      const reason = outcome === "final" ? lastOutcome : "MaxDeliveryAttemptsExceeded";
      this.#giveUp(delivery, subscription, reason);
      return;
    }
    // Not drawn from the world's chance: in which order answers come is not ours to decide.
    const chance = hashText(`${this.#world.seed}/${event.id}/${attempts}`) / 2 ** 32;
    const waitMs = Math.round(retryAfterSeconds(attempts, status, chance) * 1_000);
    const dueMs = Math.min(nowMs + waitMs, expiryMs(delivery, subscription));
    this.#deliveries.put(String(delivery.order), { ...delivery, dueMs });
    this.#world.schedule(Math.max(0, dueMs - nowMs), LOOK, { subscription: subscription.name });
  }

  #giveUp(delivery: Delivery, subscription: Subscription, reason: string): void {
    const { order, event } = delivery;
    this.#deliveries.delete(String(order));
    this.#log.error(
      { subscription: subscription.name, event: event.id, type: event.type, reason },
      subscription.deadLetter ? "event is a dead letter" : "event dropped",
    );
    if (!subscription.deadLetter) return;
    this.#deadLetters.put(String(order), { ...delivery, reason });
    const letters = this.#deadLetters.values().sort((left, right) => left.order - right.order);
    for (const old of letters.slice(0, Math.max(0, letters.length - KEPT_DEAD_LETTERS))) {
      this.#deadLetters.delete(String(old.order));
    }
  }

  #validate(subscription: Subscription): Promise<WebhookAnswer> {
    const { name, endpoint, validationCode } = subscription;
    const path = `/simulator/event-subscriptions/${encodeURIComponent(name)}/validate`;
    const url = `${this.#origin}${path}?code=${validationCode}`;
    const now = new Date(this.#world.nowMs).toISOString();
    return this.#ask(endpoint, validationRequest(subscription, url, validationCode, now));
  }

  async #ask(url: string, init: RequestInit): Promise<WebhookAnswer> {
    const { clock } = this.#world;
    if (!clock.insist) {
      const timeoutMs = Math.max(ANSWER_LEAST_MS, (ANSWER_SECONDS * 1_000) / clock.speed);
      return ask(this.#send, url, init, AbortSignal.timeout(timeoutMs));
    }
    // A clock that jumps stands still while we wait; it must go on when whoever is asked waits for it, too.
    const controller = new AbortController();
    const timer = clock.insist(clock.nowMs() + ANSWER_SECONDS * 1_000, () => controller.abort());
    const answer = await ask(this.#send, url, init, controller.signal);
    timer.cancel();
    return answer;
  }
}

function sorted(value: object): Array<[string, unknown]> {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
}
