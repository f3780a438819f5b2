"""Incidents, their roles and people, and what happened. How spans stay apart is in 0002, which needs these tables."""

import datetime
import django.core.validators
import django.db.models.deletion
import rotations.secrets
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('incidents', '0001_initial'),
        ('incidents', '0003_handoffs'),
        ('incidents', '0004_merging'),
        ('incidents', '0005_nags_and_shift_changes'),
        ('incidents', '0006_participants'),
    ]

    initial = True

    dependencies = [
        ('rotations', '0001_squashed_0004_absence_feeds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text='Used in addresses, such as lead.', unique=True)),
                ('name', models.CharField(max_length=100)),
                ('description', models.TextField(blank=True, help_text='What is expected of whoever holds it.')),
                ('archived_at', models.DateTimeField(blank=True, help_text='Held until released, not offered again.', null=True)),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='ResponsePlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=200)),
                ('is_default', models.BooleanField(default=False, help_text='Used by services that name no plan.', verbose_name='default')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='response_plans', to='rotations.team')),
            ],
            options={
                'ordering': ('name', 'id'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='one_response_plan_is_the_default', violation_error_code='default_exists', violation_error_message='Another plan is the default already.')],
            },
        ),
        migrations.CreateModel(
            name='RoleRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0)),
                ('required_from_severity', models.PositiveSmallIntegerField(default=5, help_text='Needed in incidents of this severity or worse; 5 means in every incident, 1 only in the worst.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('seats', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)])),
                ('exclusive_group', models.SlugField(blank=True, help_text='Roles of one group are never held by the same person in one incident.')),
                ('accept_within', models.DurationField(default=datetime.timedelta(seconds=300), help_text='How long an offer waits: hours:minutes:seconds.')),
                ('on_shift_change', models.CharField(choices=[('keep', 'The holder keeps it; the incoming person is told'), ('offer', 'A handoff is offered to whoever is on call now')], default='keep', max_length=5)),
                ('relief_after', models.DurationField(default=datetime.timedelta(seconds=14400), help_text='When relief is suggested to the holder.')),
                ('open_incidents_limit', models.PositiveSmallIntegerField(blank=True, help_text='How many open incidents one person serves in this role before others are asked; empty: any number.', null=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='incidents.responseplan')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='incidents.role')),
            ],
            options={
                'ordering': ('plan', 'position', 'id'),
                'constraints': [models.UniqueConstraint(fields=('plan', 'role'), name='a_plan_has_one_rule_for_a_role', violation_error_code='role_twice', violation_error_message='This plan has a rule for that role already.'), models.CheckConstraint(condition=models.Q(('required_from_severity__gte', 1), ('required_from_severity__lte', 5)), name='a_role_is_required_from_a_severity_of_one_to_five', violation_error_code='invalid', violation_error_message='Severities are 1 (worst) to 5.'), models.CheckConstraint(condition=models.Q(('seats__gte', 1)), name='a_role_has_at_least_one_seat', violation_error_code='invalid', violation_error_message='A role has at least one seat.')],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text='As paging systems name it, such as checkout.', unique=True)),
                ('name', models.CharField(max_length=200)),
                ('is_default', models.BooleanField(default=False, help_text='Takes incidents that name no service.', verbose_name='default')),
                ('response_plan', models.ForeignKey(blank=True, help_text='Leave empty to use the default plan.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='incidents.responseplan')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='rotations.team')),
            ],
            options={
                'ordering': ('name', 'id'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='one_service_is_the_default', violation_error_code='default_exists', violation_error_message='Another service is the default already.')],
            },
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=300)),
                ('severity', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('status', models.CharField(choices=[('declared', 'Declared'), ('acknowledged', 'Acknowledged'), ('mitigated', 'Mitigated'), ('resolved', 'Resolved')], default='declared', max_length=12)),
                ('epoch', models.PositiveIntegerField(default=1)),
                ('is_drill', models.BooleanField(default=False, verbose_name='drill')),
                ('source', models.CharField(blank=True, max_length=100)),
                ('dedup_key', models.CharField(blank=True, max_length=255)),
                ('plan', models.JSONField(default=dict)),
                ('occurred_at', models.DateTimeField(null=True)),
                ('declared_at', models.DateTimeField()),
                ('declared_by_kind', models.CharField(choices=[('person', 'Person'), ('token', 'Token'), ('integration', 'Integration'), ('system', 'System')], max_length=11)),
                ('declared_by_id', models.BigIntegerField(null=True)),
                ('declared_by_name', models.CharField(max_length=200)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('mitigated_at', models.DateTimeField(null=True)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('last_event_at', models.DateTimeField()),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='incidents.service')),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='incidents.incident')),
            ],
            options={
                'ordering': ('-number',),
                'indexes': [models.Index(condition=models.Q(('resolved_at', None)), fields=['number'], name='incident_open'), models.Index(condition=models.Q(('merged_into__isnull', False), models.Q(('dedup_key', ''), _negated=True)), fields=['source', 'dedup_key'], name='incident_merged_by_key')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at', None), models.Q(('dedup_key', ''), _negated=True)), fields=('source', 'dedup_key'), name='an_open_incident_has_its_dedup_key_alone', violation_error_code='dedup_key_taken', violation_error_message='An open incident with this source and key exists.'), models.CheckConstraint(condition=models.Q(('severity__gte', 1), ('severity__lte', 5)), name='a_severity_is_one_to_five', violation_error_code='invalid', violation_error_message='Severities are 1 (worst) to 5.'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', False), ('status', 'resolved')), models.Q(models.Q(('status', 'resolved'), _negated=True), ('resolved_at', None)), _connector='OR'), name='an_incident_is_resolved_at_a_moment'), models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('resolved_at__isnull', False), models.Q(('merged_into', models.F('number')), _negated=True)), _connector='OR'), name='a_merged_incident_ended_in_another')],
            },
        ),
        migrations.CreateModel(
            name='RuleSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0)),
                ('kind', models.CharField(choices=[('on_call', 'Who is on call in a schedule'), ('next_on_call', 'Who is next on call in a schedule'), ('first_to_join', 'Who joins first'), ('declarer', 'Who declared the incident'), ('person', 'A person'), ('team', 'The least-loaded member of a team'), ('role_holder', 'Who holds another role')], default='on_call', max_length=13)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sources', to='incidents.rolerule')),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotations.schedule')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.role')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotations.team')),
            ],
            options={
                'ordering': ('rule', 'position', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('on_call', 'next_on_call')), ('person', None), ('role', None), ('schedule__isnull', False), ('team', None)), models.Q(('kind__in', ('first_to_join', 'declarer')), ('person', None), ('role', None), ('schedule', None), ('team', None)), models.Q(('kind', 'person'), ('person__isnull', False), ('role', None), ('schedule', None), ('team', None)), models.Q(('kind', 'team'), ('person', None), ('role', None), ('schedule', None), ('team__isnull', False)), models.Q(('kind', 'role_holder'), ('person', None), ('role__isnull', False), ('schedule', None), ('team', None)), _connector='OR'), name='a_source_names_what_its_kind_needs', violation_error_code='source_does_not_fit_kind', violation_error_message='On call needs a schedule, a person a person, a team a team, a holder a role; the others nothing.')],
            },
        ),
        migrations.CreateModel(
            name='Integration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text='Shown as the source of its incidents, such as alertmanager.', unique=True)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('alertmanager', 'Prometheus Alertmanager (v4)'), ('pagerduty', 'PagerDuty webhooks (v3)'), ('oncall', "Oncall's own body")], max_length=20)),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('signing_secret', rotations.secrets.EncryptedTextField(blank=True, help_text='When set, every delivery must be signed with it; kept encrypted.')),
                ('default_severity', models.PositiveSmallIntegerField(default=3, help_text='1 is worst; used when none is sent.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('severity_map', models.JSONField(blank=True, default=dict, help_text='What the sender says -> our severity, such as {"page": 1, "ticket": 4}.')),
                ('created_at', models.DateTimeField(editable=False)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_delivery_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('default_service', models.ForeignKey(help_text='Takes signals that name no known service.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.service')),
            ],
            options={
                'ordering': ('name', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('default_severity__gte', 1), ('default_severity__lte', 5)), name='an_integration_defaults_to_a_severity_of_one_to_five', violation_error_code='invalid', violation_error_message='Severities are 1 (worst) to 5.')],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat', models.PositiveSmallIntegerField(default=1)),
                ('epoch', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(choices=[('offered', 'Offered'), ('accepted', 'Accepted'), ('acting', 'Acting'), ('ended', 'Ended')], max_length=8)),
                ('since', models.DateTimeField()),
                ('accept_by', models.DateTimeField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, choices=[('accepted_elsewhere', 'Accepted elsewhere'), ('declined', 'Declined'), ('expired', 'Expired'), ('handed_off', 'Handed off'), ('taken', 'Taken'), ('released', 'Released'), ('vacated', 'Vacated'), ('deactivated', 'Deactivated'), ('merged', 'Merged'), ('resolved', 'Resolved')], max_length=18)),
                ('end_note', models.CharField(blank=True, max_length=500)),
                ('because', models.CharField(max_length=500)),
                ('evidence', models.JSONField(default=list)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='incidents.incident')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='incidents.role')),
                ('nag_at', models.DateTimeField(null=True)),
                ('nags', models.PositiveSmallIntegerField(default=0)),
                ('relief_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ('incident', 'since', 'id'),
                'indexes': [models.Index(condition=models.Q(('state', 'offered')), fields=['accept_by'], name='assignment_offer_due'), models.Index(condition=models.Q(('ended_at', None)), fields=['person'], name='assignment_open_by_person'), models.Index(condition=models.Q(('state', 'acting')), fields=['nag_at'], name='assignment_nag_due'), models.Index(condition=models.Q(('relief_at__isnull', False), ('state', 'accepted')), fields=['relief_at'], name='assignment_relief_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('incident', 'role', 'seat'), name='a_seat_has_one_open_assignment', violation_error_code='role_taken', violation_error_message='Somebody holds this role.'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state', 'ended'), models.Q(('end_reason', ''), _negated=True)), models.Q(models.Q(('state', 'ended'), _negated=True), ('end_reason', ''), ('ended_at', None)), _connector='OR'), name='an_assignment_ends_with_a_reason'), models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('since')), _connector='OR'), name='an_assignment_never_ends_before_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'offered'), _negated=True), ('accept_by__isnull', False), _connector='OR'), name='an_offer_has_a_deadline')],
            },
        ),
        migrations.CreateModel(
            name='SignalKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=100)),
                ('dedup_key', models.CharField(max_length=255)),
                ('last_at', models.DateTimeField(null=True)),
                ('last_action', models.CharField(blank=True, max_length=12)),
                ('incident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='incidents.incident')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'dedup_key'), name='a_key_of_a_source_is_kept_once')],
            },
        ),
        migrations.CreateModel(
            name='TimelineEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(max_length=40)),
                ('text', models.TextField()),
                ('data', models.JSONField(default=dict)),
                ('actor_kind', models.CharField(choices=[('person', 'Person'), ('token', 'Token'), ('integration', 'Integration'), ('system', 'System')], max_length=11)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(max_length=200)),
                ('announced_at', models.DateTimeField(null=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='timeline', to='incidents.incident')),
            ],
            options={
                'ordering': ('incident', 'id'),
                'indexes': [models.Index(condition=models.Q(('announced_at', None)), fields=['id'], name='timeline_entry_unannounced')],
            },
        ),
        migrations.CreateModel(
            name='Vacancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat', models.PositiveSmallIntegerField(default=1)),
                ('epoch', models.PositiveIntegerField(default=1)),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('because', models.CharField(max_length=40)),
                ('evidence', models.JSONField(default=list)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='vacancies', to='incidents.incident')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vacancies', to='incidents.role')),
                ('nag_at', models.DateTimeField(null=True)),
                ('nags', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'vacancies',
                'ordering': ('incident', 'role', 'seat', 'id'),
                'indexes': [models.Index(condition=models.Q(('ended_at', None), ('nag_at__isnull', False)), fields=['nag_at'], name='vacancy_nag_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('incident', 'role', 'seat'), name='a_seat_has_one_open_vacancy'), models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('since')), _connector='OR'), name='a_vacancy_never_ends_before_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=255)),
                ('received_at', models.DateTimeField()),
                ('body', models.TextField()),
                ('outcome', models.CharField(blank=True, choices=[('declared', 'Declared'), ('attached', 'Attached'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved'), ('reopened', 'Reopened'), ('updated', 'Updated'), ('ignored', 'Ignored'), ('stale', 'Stale')], max_length=12)),
                ('detail', models.CharField(blank=True, max_length=500)),
                ('incident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='incidents.incident')),
                ('integration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='incidents.integration')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ('-received_at',),
                'constraints': [models.UniqueConstraint(fields=('integration', 'key'), name='a_delivery_is_stored_once')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('responder', 'Responder'), ('observer', 'Observer'), ('stakeholder', 'Stakeholder')], default='responder', max_length=11)),
                ('joined_at', models.DateTimeField(null=True)),
                ('left_at', models.DateTimeField(null=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='incidents.incident')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participations', to=settings.AUTH_USER_MODEL)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField(null=True)),
                ('asked_because', models.CharField(blank=True, max_length=1000)),
                ('status', models.CharField(choices=[('engaged', 'Engaged'), ('on_break', 'On a break'), ('away', 'Away')], default='engaged', max_length=8)),
                ('status_since', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ('incident', 'joined_at', 'id'),
                'constraints': [models.UniqueConstraint(fields=('incident', 'person'), name='a_person_takes_part_once_in_an_incident'), models.CheckConstraint(condition=models.Q(models.Q(('asked_at', None), ('asked_because', '')), models.Q(('asked_at__isnull', False), models.Q(('asked_because', ''), _negated=True)), _connector='OR'), name='whoever_is_asked_to_help_is_told_why')],
            },
        ),
        migrations.CreateModel(
            name='WatchedSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('people', models.JSONField(default=list)),
                ('revision', models.PositiveBigIntegerField()),
                ('look_at', models.DateTimeField(db_index=True, null=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watched', to='incidents.incident')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='rotations.schedule')),
            ],
            options={
                'ordering': ('incident', 'id'),
                'indexes': [models.Index(fields=['schedule', 'revision'], name='watched_by_revision')],
                'constraints': [models.UniqueConstraint(fields=('incident', 'schedule'), name='an_incident_watches_a_schedule_once')],
            },
        ),
        migrations.CreateModel(
            name='Handoff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.PositiveIntegerField()),
                ('status', models.TextField(blank=True)),
                ('hypotheses_open', models.TextField(blank=True)),
                ('ruled_out', models.TextField(blank=True)),
                ('last_update', models.TextField(blank=True)),
                ('next_check_in', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('offered', 'Offered'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('cancelled', 'Cancelled'), ('expired', 'Expired')], default='offered', max_length=9)),
                ('offered_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, choices=[('withdrawn', 'Withdrawn'), ('taken', 'Taken'), ('released', 'Released'), ('vacated', 'Vacated'), ('deactivated', 'Deactivated'), ('off_shift', 'No longer on call'), ('merged', 'Merged'), ('resolved', 'Resolved')], max_length=11)),
                ('words', models.CharField(blank=True, max_length=500)),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handoffs', to='incidents.assignment')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handoffs', to=settings.AUTH_USER_MODEL)),
                ('because', models.CharField(blank=True, max_length=500)),
                ('evidence', models.JSONField(default=list)),
                ('is_automatic', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ('assignment', 'id'),
                'indexes': [models.Index(condition=models.Q(('state', 'offered')), fields=['expires_at'], name='handoff_due'), models.Index(condition=models.Q(('state', 'offered')), fields=['person'], name='handoff_open_by_person')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'offered')), fields=('assignment',), name='an_assignment_has_one_open_handoff', violation_error_code='handoff_open', violation_error_message='This role is being handed off already.'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('state', 'offered')), models.Q(models.Q(('state', 'offered'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='a_handoff_waits_or_was_answered'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('reason', '')), _connector='OR'), name='a_cancelled_handoff_says_why')],
            },
        ),
    ]
