import type { App, HttpContext } from '../../context.ts';
import { DeviceParams } from '../../schemas/device.ts';
import { DeviceSettingsView, OwnSettings, UnitParams, UnitSettings } from '../../schemas/settings.ts';
import { problems } from '../responses.ts';
import { changeSettings, deviceSettings, unitSettings } from './handlers.ts';

const tags = ['settings'];

/** Settings of units and devices, with inheritance. */
export function settingsRoutes(app: App, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/units/:id/settings',
    schema: {
      operationId: 'getUnitSettings',
      summary: 'What is set at a unit, and what holds there.',
      tags,
      params: UnitParams,
      response: { 200: UnitSettings, ...problems(400, 401, 404) },
    },
    handler: async (request) => unitSettings(context, request.params.id),
  });
  app.route({
    method: 'PUT',
    url: '/units/:id/settings',
    schema: {
      operationId: 'setUnitSettings',
      summary: 'Replaces what is set at a unit, for everything under it.',
      tags,
      params: UnitParams,
      body: OwnSettings,
      response: { 200: UnitSettings, ...problems(400, 401, 403, 404) },
    },
    handler: async (request) => {
      await changeSettings(context, { unit: request.params.id }, request.body, request.auth!.user.name);
      return unitSettings(context, request.params.id);
    },
  });
  app.route({
    method: 'GET',
    url: '/devices/:id/settings',
    schema: {
      operationId: 'getDeviceSettings',
      summary: 'What is set at a device, what holds there, and whether it is in force.',
      tags,
      params: DeviceParams,
      response: { 200: DeviceSettingsView, ...problems(400, 401, 404) },
    },
    handler: async (request) => deviceSettings(context, request.params.id),
  });
  app.route({
    method: 'PUT',
    url: '/devices/:id/settings',
    schema: {
      operationId: 'setDeviceSettings',
      summary: 'Replaces what is set at one device.',
      tags,
      params: DeviceParams,
      body: OwnSettings,
      response: { 200: DeviceSettingsView, ...problems(400, 401, 403, 404) },
    },
    handler: async (request) => {
      await changeSettings(context, { device: request.params.id }, request.body, request.auth!.user.name);
      return deviceSettings(context, request.params.id);
    },
  });
}
