/**
 * Subscribes the app to the events of the fleet's clusters. azd runs it after it has deployed, as `npm run infra:events`:
 * Event Grid subscribes only functions that are there.
 */
import { az } from "./infra/azure-cli.ts";
import { eventsDeployment } from "./infra/events-deployment.ts";

az(...eventsDeployment(process.env));
console.log("the app hears of its clusters' events");
