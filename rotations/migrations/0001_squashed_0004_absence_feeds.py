"""People, teams and schedules, their rotations and changes, what is known of the past, and calendars."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import rotations.secrets
import timezone_field.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('rotations', '0001_initial'),
        ('rotations', '0002_absences_swaps_duty_warnings'),
        ('rotations', '0003_calendar_link_options'),
        ('rotations', '0004_absence_feeds'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(error_messages={'unique': 'Somebody with this e-mail address exists already.'}, help_text='Used to sign in; kept in lower case.', max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(help_text='As colleagues know them; shown wherever they are on call.', max_length=200)),
                ('zone', timezone_field.fields.TimeZoneField(choices_display='STANDARD', default='UTC', help_text='Times are shown to this person in this zone.', verbose_name='time zone')),
                ('country', models.CharField(blank=True, help_text='Two letters (ISO 3166), such as DE; decides their public holidays.', max_length=2)),
                ('external_ids', models.JSONField(blank=True, default=dict, help_text='Who they are in other systems, such as {"pagerduty": "PUSER01"}.')),
                ('is_active', models.BooleanField(default=True, help_text='Deactivated people cannot sign in, and their turns become gaps.', verbose_name='active')),
                ('deactivated_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('is_staff', models.BooleanField(default=False, verbose_name='may use the admin site')),
                ('joined_at', models.DateTimeField(auto_now_add=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ('name', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='person_email_is_lower_case', violation_error_code='email_not_lower_case', violation_error_message='An e-mail address is kept in lower case.'), models.CheckConstraint(condition=models.Q(models.Q(('deactivated_at', None), ('is_active', True)), models.Q(('deactivated_at__isnull', False), ('is_active', False)), _connector='OR'), name='person_is_either_active_or_deactivated_at_a_moment', violation_error_code='deactivation_mismatch', violation_error_message='A deactivated person has a moment of deactivation, an active one has none.')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text='Used in addresses, such as payments.', unique=True)),
                ('name', models.CharField(max_length=200, unique=True)),
            ],
            options={
                'ordering': ('name', 'id'),
            },
        ),
        migrations.CreateModel(
            name='AbsenceFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Seen by everybody who signs in, as the reason of the absences read from it.', max_length=100)),
                ('url', rotations.secrets.EncryptedTextField(verbose_name='address')),
                ('host', models.CharField(editable=False, max_length=255)),
                ('keywords', models.CharField(blank=True, help_text='With commas between them, such as vacation, out of office. Empty: every event counts.', max_length=200)),
                ('created_at', models.DateTimeField(editable=False)),
                ('due_at', models.DateTimeField(db_index=True, editable=False)),
                ('tried_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('read_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('failures', models.PositiveIntegerField(default=0, editable=False)),
                ('problem_code', models.CharField(blank=True, editable=False, max_length=40, verbose_name='kind of problem')),
                ('problem', models.CharField(blank=True, editable=False, max_length=300)),
                ('skipped', models.PositiveIntegerField(default=0, editable=False, verbose_name='events not understood')),
                ('etag', models.CharField(blank=True, editable=False, max_length=300)),
                ('last_modified', models.CharField(blank=True, editable=False, max_length=100)),
                ('digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('read_as', models.CharField(blank=True, editable=False, max_length=64)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absence_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'absence feed',
                'ordering': ('person__name', 'name', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(help_text='Used in addresses and by paging systems, such as payments-primary.', unique=True)),
                ('name', models.CharField(max_length=200)),
                ('zone', timezone_field.fields.TimeZoneField(default='UTC', help_text='Shown in this zone; each rotation has its own for its handoffs.', verbose_name='time zone')),
                ('absence_policy', models.CharField(choices=[('flag', 'Change nothing, report the conflict'), ('skip', 'Take the absent person out'), ('next', 'Put in the next person in order')], default='flag', help_text='What happens when the person on call is absent.', max_length=8)),
                ('revision', models.PositiveBigIntegerField(default=1, editable=False)),
                ('changed_at', models.DateTimeField(editable=False)),
                ('recorded_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('next_change_at', models.DateTimeField(blank=True, db_index=True, editable=False, null=True)),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='schedules', to='rotations.team')),
                ('least_rest', models.DurationField(blank=True, help_text='Shorter rests are reported, such as 11:00:00 for eleven hours; empty checks nothing.', null=True, verbose_name='least rest between shifts')),
                ('recorded_from', models.DateTimeField(blank=True, editable=False, null=True)),
                ('warnings_due_at', models.DateTimeField(blank=True, db_index=True, editable=False, null=True)),
            ],
            options={
                'ordering': ('name', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_manager', models.BooleanField(default=False, verbose_name='manager')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='rotations.team')),
            ],
            options={
                'ordering': ('team', 'person__name', 'id'),
                'constraints': [models.UniqueConstraint(fields=('team', 'person'), name='a_person_is_once_in_a_team', violation_error_code='already_in_team', violation_error_message='This person is in the team already.')],
            },
        ),
        migrations.AddField(
            model_name='team',
            name='members',
            field=models.ManyToManyField(related_name='teams', through='rotations.Membership', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('reason', models.CharField(blank=True, help_text='Seen by everybody who signs in.', max_length=200)),
                ('created_at', models.DateTimeField(editable=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('recurrence', models.CharField(blank=True, editable=False, max_length=255)),
                ('uid', models.CharField(blank=True, editable=False, max_length=255)),
                ('feed', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='absences', to='rotations.absencefeed')),
            ],
            options={
                'ordering': ('start', 'id'),
                'indexes': [models.Index(fields=['person', 'end'], name='absence_by_person_and_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='an_absence_ends_after_it_starts', violation_error_code='end_before_start', violation_error_message='The end must be after the start.'), models.UniqueConstraint(condition=models.Q(('uid', ''), _negated=True), fields=('feed', 'uid', 'recurrence'), name='an_event_of_a_feed_is_one_absence', violation_error_code='unique', violation_error_message='This event was read in already.')],
            },
        ),
        migrations.CreateModel(
            name='Rotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('layer', models.PositiveSmallIntegerField(default=1, help_text='A higher layer covers the lower ones; rotations of one layer answer together.')),
                ('created_at', models.DateTimeField(editable=False)),
                ('ends_at', models.DateTimeField(blank=True, help_text='From this moment on nobody takes a turn here.', null=True)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rotations', to='rotations.schedule')),
            ],
            options={
                'ordering': ('schedule', '-layer', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('layer__gte', 1)), name='a_layer_is_at_least_one', violation_error_code='invalid', violation_error_message='Layers start at 1.')],
            },
        ),
        migrations.CreateModel(
            name='CalendarLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(editable=False)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_fetched_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_client', models.CharField(blank=True, editable=False, max_length=200)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_links', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendar_links_about', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendar_links', to='rotations.schedule')),
                ('alarms', models.JSONField(blank=True, default=list)),
                ('busy', models.BooleanField(default=False, help_text='Show people as busy while they are on call.', verbose_name='block time')),
                ('changed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('future_days', models.PositiveSmallIntegerField(default=180, help_text='How far ahead it reaches; with the days back at most 400.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(400)], verbose_name='days ahead')),
                ('gaps', models.BooleanField(default=False, help_text='Show when nobody is on call, as events.', verbose_name='show gaps')),
                ('merge', models.BooleanField(default=False, help_text='Show adjacent turns of one person as one event.', verbose_name='join turns')),
                ('past_days', models.PositiveSmallIntegerField(default=30, help_text='How far back the calendar reaches, from midnight UTC.', validators=[django.core.validators.MaxValueValidator(400)], verbose_name='days back')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendar_links', to='rotations.team')),
            ],
            options={
                'ordering': ('-created_at', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('person', None), ('schedule__isnull', False), ('team', None)), models.Q(('person', None), ('schedule', None), ('team__isnull', False)), models.Q(('person__isnull', False), ('schedule', None), ('team', None)), _connector='OR'), name='a_calendar_link_shows_one_schedule_team_or_person', violation_error_code='invalid', violation_error_message='Choose one: a schedule, a team or a person.'), models.CheckConstraint(condition=models.Q(('future_days__gte', 1), ('past_days__lte', django.db.models.expressions.CombinedExpression(models.Value(400), '-', models.F('future_days')))), name='a_calendar_reaches_from_1_to_400_days', violation_error_code='window_too_long', violation_error_message='A calendar shows at most 400 days, back and ahead together.'), models.CheckConstraint(condition=models.Q(('gaps', False), ('person', None), _connector='OR'), name='the_calendar_of_a_person_shows_no_gaps', violation_error_code='invalid', violation_error_message="Gaps belong to schedules and teams; a person's calendar has none.")],
            },
        ),
        migrations.CreateModel(
            name='ScheduleChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('revision', models.PositiveBigIntegerField()),
                ('what', models.CharField(max_length=40)),
                ('summary', models.CharField(max_length=500)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('actor_kind', models.CharField(choices=[('person', 'Person'), ('token', 'Token'), ('integration', 'Integration'), ('system', 'System')], max_length=11)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(max_length=200)),
                ('announced_at', models.DateTimeField(null=True)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='rotations.schedule')),
            ],
            options={
                'ordering': ('-at', '-id'),
                'indexes': [models.Index(condition=models.Q(('announced_at', None)), fields=['id'], name='schedule_change_unannounced'), models.Index(fields=['schedule', '-at'], name='schedule_change_by_schedule')],
            },
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shadow', models.BooleanField(default=False)),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('uid', models.CharField(blank=True, max_length=36)),
                ('source', models.JSONField()),
                ('because', models.CharField(max_length=500)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duty', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duty', to='rotations.schedule')),
            ],
            options={
                'verbose_name_plural': 'duty',
                'ordering': ('schedule', 'start', 'id'),
                'indexes': [models.Index(fields=['schedule', 'end'], name='duty_by_schedule_and_end'), models.Index(fields=['person', 'end'], name='duty_by_person_and_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='duty_ends_after_it_starts'), models.UniqueConstraint(fields=('schedule', 'person', 'shadow', 'start'), name='duty_of_a_person_starts_once')],
            },
        ),
        migrations.CreateModel(
            name='RotationVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effective_at', models.DateTimeField()),
                ('anchor', models.CharField(help_text='A handoff, as the clock on the wall shows it: 2026-01-05T09:00:00.', max_length=19)),
                ('zone', timezone_field.fields.TimeZoneField(help_text='Handoffs and hours are read on a clock in this zone.', verbose_name='time zone')),
                ('unit', models.CharField(choices=[('hour', 'hours'), ('day', 'days'), ('week', 'weeks'), ('month', 'months')], default='week', max_length=5)),
                ('every', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)])),
                ('advance', models.CharField(choices=[('turn', 'Every turn'), ('covered', 'Only turns in which the rotation counts')], default='turn', max_length=7)),
                ('first_ordinal', models.BigIntegerField(default=0, editable=False)),
                ('first_slot', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(editable=False)),
                ('rotation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='rotations.rotation')),
            ],
            options={
                'ordering': ('rotation', 'effective_at'),
                'constraints': [models.UniqueConstraint(fields=('rotation', 'effective_at'), name='a_rotation_has_one_version_from_an_instant', violation_error_code='version_exists', violation_error_message='This rotation has a version that starts then already.'), models.CheckConstraint(condition=models.Q(('every__gte', 1), ('every__lte', 1000)), name='a_turn_lasts_at_least_one_unit', violation_error_code='invalid', violation_error_message='A turn lasts 1 to 1000 units.')],
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('replace', 'Replace somebody'), ('add', 'Add somebody'), ('remove', 'Take somebody out'), ('silence', 'Planned silence')], default='replace', max_length=7)),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(editable=False)),
                ('ended_early_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('person', models.ForeignKey(blank=True, help_text='Who is on call instead, or in addition.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='overrides_covering', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(blank=True, help_text='Who is not on call in this span. Leave empty to replace everyone.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='overrides_replacing', to=settings.AUTH_USER_MODEL)),
                ('rotation', models.ForeignKey(blank=True, help_text="Leave empty to change the schedule's answer; choose a rotation to change only that rotation.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='rotations.rotation')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='rotations.schedule')),
            ],
            options={
                'ordering': ('schedule', 'start', 'id'),
                'indexes': [models.Index(fields=['schedule', 'end'], name='override_by_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('end__gt', models.F('start')), models.Q(('end', models.F('start')), ('ended_early_at__isnull', False)), _connector='OR'), name='an_override_ends_after_it_starts', violation_error_code='end_before_start', violation_error_message='The end must be after the start.'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'replace'), ('person__isnull', False)), models.Q(('kind', 'add'), ('person__isnull', False), ('replaces', None)), models.Q(('kind', 'remove'), ('person', None), ('replaces__isnull', False)), models.Q(('kind', 'silence'), ('person', None), ('replaces', None), ('rotation', None)), _connector='OR'), name='an_override_names_the_people_its_kind_needs', violation_error_code='people_do_not_fit_kind', violation_error_message='Replace needs who takes over; add only who is added; remove only who is taken out; silence nobody, and the whole schedule.'), models.CheckConstraint(condition=models.Q(('person', None), ('replaces', None), models.Q(('person', models.F('replaces')), _negated=True), _connector='OR'), name='nobody_replaces_themselves', violation_error_code='replaces_themselves', violation_error_message='A person cannot replace themselves.')],
            },
        ),
        migrations.CreateModel(
            name='Swap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ordinal', models.BigIntegerField()),
                ('start', models.DateTimeField(blank=True, null=True)),
                ('end', models.DateTimeField(blank=True, null=True)),
                ('turn_start', models.DateTimeField(editable=False)),
                ('turn_end', models.DateTimeField(editable=False)),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('cancelled', 'Cancelled')], default='asked', max_length=9)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('asked_at', models.DateTimeField(editable=False)),
                ('answered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('accepted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('flag', models.CharField(blank=True, choices=[('moved', 'The turn overlaps its old span by under half'), ('not_theirs', 'The person replaced no longer holds the turn'), ('left', 'The person who takes over was deactivated')], editable=False, max_length=10)),
                ('flagged_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('asked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('exchange', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotations.swap')),
                ('person', models.ForeignKey(blank=True, help_text='Empty: the team.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='swaps_taken', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps_given', to=settings.AUTH_USER_MODEL)),
                ('rotation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to='rotations.rotation')),
            ],
            options={
                'ordering': ('-asked_at', '-id'),
                'indexes': [models.Index(fields=['rotation', 'ordinal'], name='swap_by_turn')],
                'constraints': [models.CheckConstraint(condition=models.Q(('person', None), models.Q(('person', models.F('replaces')), _negated=True), _connector='OR'), name='nobody_swaps_with_themselves', violation_error_code='replaces_themselves', violation_error_message='A person cannot swap with themselves.'), models.CheckConstraint(condition=models.Q(models.Q(('end', None), ('start', None)), models.Q(('end__gt', models.F('start')), ('end__isnull', False), ('start__isnull', False)), _connector='OR'), name='a_part_of_a_turn_ends_after_it_starts', violation_error_code='end_before_start', violation_error_message='The end must be after the start; leave both empty for the whole turn.'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'accepted'), _negated=True), models.Q(('accepted_at__isnull', False), ('person__isnull', False)), _connector='OR'), name='an_accepted_swap_says_who_takes_over_and_since_when')],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(blank=True, null=True)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='rotations.rotationversion')),
            ],
            options={
                'ordering': ('version', 'position', 'id'),
                'constraints': [models.UniqueConstraint(fields=('version', 'position'), name='a_position_holds_one_slot'), models.UniqueConstraint(condition=models.Q(('position', None)), fields=('version',), name='a_version_carries_one_turn_over')],
            },
        ),
        migrations.CreateModel(
            name='Window',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.JSONField(help_text='Such as ["mon", "tue"].')),
                ('start', models.TimeField()),
                ('end', models.TimeField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='windows', to='rotations.rotationversion')),
            ],
            options={
                'ordering': ('version', 'id'),
            },
        ),
        migrations.CreateModel(
            name='ScheduleWarning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('gap', 'Nobody is on call'), ('absent', 'Somebody on call is away'), ('deactivated', 'A turn belongs to somebody deactivated'), ('swap_flagged', 'A swap wants another look')], max_length=12)),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('text', models.CharField(max_length=500)),
                ('raised_at', models.DateTimeField()),
                ('cleared_at', models.DateTimeField(null=True)),
                ('announced_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='rotations.schedule')),
                ('swap', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rotations.swap')),
            ],
            options={
                'verbose_name': 'warning',
                'ordering': ('schedule', 'start', 'id'),
                'indexes': [models.Index(condition=models.Q(('cleared_at', None)), fields=['schedule', 'start'], name='warning_open'), models.Index(condition=models.Q(('announced_at', None)), fields=['id'], name='warning_unannounced')],
            },
        ),
        migrations.CreateModel(
            name='SlotMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0)),
                ('shadow', models.BooleanField(default=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slot_memberships', to=settings.AUTH_USER_MODEL)),
                ('slot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='rotations.slot')),
            ],
            options={
                'ordering': ('slot', 'position', 'id'),
                'constraints': [models.UniqueConstraint(fields=('slot', 'person'), name='a_person_is_once_in_a_slot', violation_error_code='member_twice', violation_error_message='This person is in the slot already.')],
            },
        ),
    ]
