import type { App, HttpContext } from '../../context.ts';
import { DayParams, DeviceDay, DeviceDetail, DevicePage, DeviceParams, DeviceQuery, Series, SeriesQuery } from '../../schemas/device.ts';
import { problems } from '../responses.ts';
import { readDay } from './day.ts';
import { readSeries } from './series.ts';

const tags = ['devices'];

export function deviceRoutes(app: App, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/devices',
    schema: {
      operationId: 'listDevices',
      summary: 'Devices, ordered by id.',
      tags,
      querystring: DeviceQuery,
      response: { 200: DevicePage, ...problems(400, 401, 404) },
    },
    handler: async (request) => context.fleet.page(request.query),
  });
  app.route({
    method: 'GET',
    url: '/devices/:id',
    schema: {
      operationId: 'getDevice',
      summary: 'Everything of one device.',
      tags,
      params: DeviceParams,
      response: { 200: DeviceDetail, ...problems(400, 401, 404) },
    },
    handler: async (request) => context.fleet.detail(request.params.id),
  });
  app.route({
    method: 'GET',
    url: '/devices/:id/series',
    schema: {
      operationId: 'getSeries',
      summary: 'One metric over time: default the last 24 hours in about 300 steps.',
      tags,
      params: DeviceParams,
      querystring: SeriesQuery,
      response: { 200: Series, ...problems(400, 401, 404, 503) },
    },
    handler: async (request) => readSeries(context, request.params.id, request.query),
  });
  app.route({
    method: 'GET',
    url: '/devices/:id/days/:day',
    schema: {
      operationId: 'getDay',
      summary: 'One local day, minute by minute.',
      tags,
      params: DayParams,
      response: { 200: DeviceDay, ...problems(400, 401, 404) },
    },
    handler: async (request) => readDay(context, request.params.id, request.params.day),
  });
}
